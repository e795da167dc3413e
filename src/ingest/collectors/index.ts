import type { Collector } from '../collector.js';
import { posthog } from './posthog.js';
import { segment } from './segment.js';

/** The only list of client-side protocols. */
export const collectors = { segment, posthog } as const satisfies Record<string, Collector>;

export type CollectorName = keyof typeof collectors;

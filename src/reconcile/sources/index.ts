import type { Source } from '../source.js';
import { collector } from './collector.js';

/** Every source that truth is compared with. */
export const sources = { collector } satisfies Record<string, Source>;

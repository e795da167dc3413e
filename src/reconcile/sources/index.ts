import type { SourceType } from '../source-type.js';
import type { Source } from '../source.js';
import { accessLog } from './access-log.js';
import { amplitude } from './amplitude.js';
import { collector } from './collector.js';
import { file } from './file.js';
import { ga4 } from './ga4.js';
import { mixpanel } from './mixpanel.js';
import { plausible } from './plausible.js';
import { posthog } from './posthog.js';
import { umami } from './umami.js';

/** Sources that are always there. */
export const sources = { collector } satisfies Record<string, Source>;

/** What a source can be fetched from, by the `type` in its settings. */
export const sourceTypes: Readonly<Record<string, SourceType>> = {
  posthog,
  ga4,
  mixpanel,
  amplitude,
  plausible,
  umami,
  file,
  access_log: accessLog,
};

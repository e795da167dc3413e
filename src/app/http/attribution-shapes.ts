import { z } from 'zod';
import { rebuilding } from './rebuilding-shape.js';

// What the routes of attribution and funnels answer, for the OpenAPI document.

const count = z.int();
const amount = z.union([z.number(), z.string()]).meta({ description: 'A count, or minor units of `currency`.' });
const share = z.number().nullable();
const channelRules = z.string().meta({ description: 'Version of the rules; the rules are in the catalog.' });

const shared = {
  value: amount,
  currency: z.string().optional(),
  share,
  bounds: z
    .array(share)
    .optional()
    .meta({ description: 'Lowest and highest share: with none and with all of what is unknown.' }),
  reasons: z.record(z.string(), amount).optional().meta({ description: 'Of the unknown: why; sums to its value.' }),
};
const byTouch = {
  data: z.array(
    z.looseObject({ source: z.string(), medium: z.string(), campaign: z.string(), channel: z.string(), ...shared }),
  ),
  sources: z.array(z.object({ source: z.string(), ...shared })),
  channels: z.array(z.object({ channel: z.string(), ...shared })),
};

export const AttributionReply = z
  .looseObject({
    metric: z.string(),
    unit: z.string(),
    rebuilding,
    channel_rules: channelRules,
    first_touch_lookback_days: z.null().meta({ description: 'The first touch is kept for ever.' }),
    ...byTouch,
    last_touch: z.object({ lookback_days: count, ...byTouch }).nullable(),
    last_touch_omitted: z.string().optional().meta({ description: 'Why there is no last touch.' }),
    order_says: z.object(byTouch).optional().meta({ description: 'What the orders say themselves.' }),
  })
  .meta({ id: 'Attribution' });

export const ConfusionReply = z
  .looseObject({
    metric: z.string(),
    unit: z.string(),
    source: z.string().meta({ description: 'Whose events claim something.' }),
    mapped: z
      .boolean()
      .meta({ description: 'Whether the source ever had an event of this kind; without one it saw nothing.' }),
    left_out: z.record(z.string(), z.string()).meta({
      description: 'Days of which the source tells nothing that may be compared, with why. They are in no sum.',
    }),
    as_of: count,
    time_zone: z.string(),
    rebuilding,
    channel_rules: channelRules,
    data: z.array(
      z.object({
        server: z.string().meta({ description: 'Source of the first touch that the server recorded.' }),
        channel: z.string(),
        client: z.string().meta({ description: 'What the client claims; or `direct`, `not_seen`, `not_trackable`.' }),
        verdict: z.enum([
          ...['agreed', 'neither_knows', 'server_only', 'client_only', 'different', 'not_seen', 'not_trackable'],
        ] as [string, ...string[]]),
        currency: z.string().optional(),
        value: amount,
      }),
    ),
    totals: z
      .array(
        z.looseObject({
          currency: z.string().optional(),
          value: amount,
          paid: z
            .object({ value: amount, called_direct: amount, not_seen: amount })
            .meta({ description: 'Of paid channels: how much the client calls direct, and how much it never saw.' }),
        }),
      )
      .meta({ description: 'Per currency, and by verdict; the verdicts sum to the value.' }),
  })
  .meta({ id: 'Confusion' });

const trackedSince = z
  .string()
  .optional()
  .meta({ description: 'The first day whose client-side events are still kept, where the range begins before it.' });
const arm = {
  source: z.string().meta({ description: 'Of the tracked side.' }),
  not_fetched: z
    .array(z.string())
    .meta({ description: 'Days of which nothing was fetched from it: the tracked side has nothing of them.' }),
  doubtful: z.record(z.string(), z.array(z.string())).meta({
    description:
      'Days that are counted and may not be whole or exact, each with why: `partial: …`, `provisional: …`, `sampled: …`.',
  }),
};
const steps = z.looseObject({ started: count, completed: count, rate: share });
const by = (actual: typeof steps) =>
  z.object({
    dimension: z.string(),
    lossy: z.literal(true),
    note: z.string(),
    data: z.array(z.object({ value: z.string(), actual, tracked: steps })),
  });
export const FunnelReply = z
  .looseObject({
    rebuilding,
    ...arm,
    actual: steps,
    tracked: steps,
    tracked_since: trackedSince,
    by: by(steps).optional(),
  })
  .meta({ id: 'Funnel' });

const stepsAndOpen = steps.extend({ open: count.meta({ description: 'Sign-ups whose window has not passed.' }) });
export const CohortReply = z
  .looseObject({
    rebuilding,
    ...arm,
    cohort: z.string(),
    window_days: count,
    actual: stepsAndOpen,
    tracked: steps,
    tracked_since: trackedSince,
    by: by(stepsAndOpen).optional(),
  })
  .meta({ id: 'Cohort' });

export const SignupBridgeReply = z
  .looseObject({
    rebuilding,
    signups: count,
    rows: z.array(z.object({ step: z.string(), count: z.int() })).meta({ description: 'Signed; they sum.' }),
    new_subscriptions: count,
  })
  .meta({ id: 'SignupBridge' });

import { z } from 'zod';
import { gapOfClosedDays } from './period-replies.js';

// What the routes of reconciliations answer, for the OpenAPI document. Money is integer minor units as a decimal string.

const day = z.string().meta({ format: 'date' });
const time = z.string().meta({ format: 'date-time' });
const count = z.int();
const figure = z
  .union([z.number(), z.string()])
  .nullable()
  .meta({ description: 'A count, or minor units of `currency`.' });
const partCount = z.int().nullable();
const percentage = z.number().nullable();
export const ReconciliationRow = z
  .looseObject({
    day,
    source: z.string(),
    metric: z.string(),
    currency: z.string().optional(),
    actual: figure,
    tracked: figure,
    gap: figure,
    gap_pct: percentage,
    loss_pct: percentage,
    overcount_pct: percentage,
    tracked_unique: partCount,
    matched: partCount,
    missing: partCount,
    client_only: partCount,
    duplicates: partCount,
    wrong_value: partCount,
    wrong_currency: partCount,
    other_day: partCount,
    expected: partCount,
    tracked_other_day: partCount,
    not_trackable: figure,
    causes: z.record(z.string(), count),
    unexplained: count,
    causes_by_part: z.record(z.string(), z.record(z.string(), count)),
    matched_by: z.enum(['id', 'count']),
    comparable: z.boolean(),
    reasons: z.array(z.string()),
    provisional: z.boolean(),
    status: z.string(),
    value: z.number().nullable().optional(),
    position: count.meta({ description: 'Ledger position of the recorded comparison.' }),
    fetched_at: time,
    ...gapOfClosedDays,
  })
  .meta({ id: 'Reconciliation' });
const concentration = z.object({
  verdict: z.enum(['concentrated', 'uniform', 'too_few']),
  findings: z.array(
    z.object({
      dimension: z.string(),
      value: z.string(),
      lost: count,
      of: count,
      lost_pct: z.number(),
      elsewhere_pct: z.number(),
      ratio: z.number().nullable(),
      difference: z.array(z.number()).meta({ description: '99 % interval of the difference, in points.' }),
      excess: z.number(),
      p: z.number().meta({ description: 'Fisher’s exact test, corrected for everything that was looked at.' }),
    }),
  ),
  known: z.record(z.string(), z.number()).meta({ description: 'Of how many of the lost, in percent.' }),
});
export const ReconciliationDetail = ReconciliationRow.extend({
  concentration: concentration
    .nullish()
    .meta({ description: 'What the missing ids have in common; null where none is missing.' }),
  ids: z.record(
    z.string(),
    z.array(
      z.object({
        id: z.string(),
        cause: z.string().nullable(),
        confidence: z.enum(['certain', 'likely', 'possible']).nullable(),
        evidence: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
  next_cursor: z.string().nullable(),
}).meta({ id: 'ReconciliationDetail' });
export const ReconciliationPage = z
  .object({ data: z.array(ReconciliationRow), next_cursor: z.string().nullable() })
  .meta({ id: 'ReconciliationPage' });

const sum = z.union([z.number(), z.string()]).meta({ description: 'A count, or minor units of `currency`.' });
export const ReconciliationSummary = z
  .object({
    from: day,
    to: day,
    time_zone: z.string(),
    data: z.array(
      z.object({
        source: z.string(),
        metric: z.string(),
        currency: z.string().optional(),
        days: count.meta({ description: 'Days that are summed: settled, and comparable.' }),
        actual: sum.nullable(),
        tracked: sum.nullable(),
        gap: sum.nullable(),
        gap_pct: percentage,
        loss_pct: percentage,
        overcount_pct: percentage,
        bridge: z
          .array(z.object({ step: z.string(), amount: sum }))
          .meta({ description: 'From `tracked` to `actual`, part by part; signed, and they sum.' }),
        causes: z.record(z.string(), count),
        unexplained: count,
        left_out: z.record(z.string(), z.string()).meta({ description: 'Days that are in no sum, with why.' }),
      }),
    ),
    next_cursor: z.null(),
  })
  .meta({ id: 'ReconciliationSummary' });

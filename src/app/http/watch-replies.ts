import { z } from 'zod';

// What the routes of drift, markers, alerts, jobs and reports answer, for the OpenAPI document.

const day = z.string().meta({ format: 'date' });
const time = z.string().meta({ format: 'date-time' });
const number = z.number().nullable();
const page = <T extends z.ZodType>(row: T, id: string) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() }).meta({ id });

const direction = z.enum(['up', 'down', 'steady']);
const kind = z.string().meta({ description: 'release, deploy, campaign, incident or note.' });

export const MarkerReply = z
  .object({
    id: z.string(),
    at: time,
    kind,
    title: z.string(),
    reference: z.string().optional(),
    actor: z.string().optional(),
    position: z.int().nullish().meta({ description: 'Ledger position of its entry.' }),
  })
  .meta({ id: 'Marker' });
export const MarkerPage = page(MarkerReply, 'MarkerPage');

export const DriftPage = page(
  z
    .object({
      source: z.string(),
      metric: z.string(),
      currency: z.string().optional(),
      figure: z.string().meta({ description: 'gap_pct, loss_pct, overcount_pct, or value of a row that is a ratio.' }),
      day,
      value: number,
      verdict: z.enum(['steady', 'up', 'down', 'no_baseline', 'too_few']),
      baseline: number,
      basis: z.enum(['weekday', 'all']).nullable(),
      delta: number,
      threshold: number,
      interval: z.array(z.number()).nullable().meta({ description: '99 % interval of the day’s share (Wilson).' }),
      shift: z
        .object({ day, direction: z.enum(['up', 'down']), before: z.number(), after: z.number() })
        .nullable()
        .meta({ description: 'The last change of level; `day` is the first of the new one.' }),
      moved: direction,
      alarming: z.boolean(),
      causes: z
        .array(
          z.object({
            part: z.string(),
            cause: z.string(),
            before_pct: z.number(),
            after_pct: z.number(),
            points: z.number(),
          }),
        )
        .meta({ description: 'Of what moved: which causes moved it, in points, against the four weeks before.' }),
      concentrated_in: z
        .object({ day, dimension: z.string(), value: z.string(), lost: z.int(), of: z.int() })
        .nullable()
        .meta({ description: 'Of what moved: what the losses since then have in common.' }),
      markers: z.array(z.object({ id: z.string(), at: time, kind, title: z.string() })),
    })
    .meta({ id: 'Drift' }),
  'DriftPage',
);

export const AlertReply = z
  .object({
    id: z.string(),
    key: z.string(),
    state: z.enum(['raised', 'acknowledged', 'recovered']),
    severity: z.enum(['critical', 'warning']),
    title: z.string(),
    detail: z.record(z.string(), z.unknown()),
    raised_at: time,
    acknowledged_at: time.nullable(),
    acknowledged_by: z.string().nullable(),
    note: z.string().nullable(),
    recovered_at: time.nullable(),
    deliveries: z.array(
      z.object({
        transition: z.string(),
        channel: z.string(),
        attempts: z.int(),
        delivered_at: time.nullable(),
        error: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Alert' });
export const AlertPage = page(AlertReply, 'AlertPage');

export const AcknowledgeReply = z
  .object({ id: z.string(), state: z.string(), acknowledged_by: z.string().nullable(), note: z.string().nullable() })
  .meta({ id: 'Acknowledged' });

export const JobReply = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.string(),
    data: z.record(z.string(), z.string()),
    attempts: z.int(),
    enqueued_at: time,
    due_at: time.nullable().meta({ description: 'When a job that waits for its time runs.' }),
    progress: z.object({ done: z.int(), total: z.int() }).nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'Job' });
export const JobPage = page(JobReply, 'JobPage')
  .extend({ truncated: z.boolean().meta({ description: 'Whether there are more than `limit`; there are no pages.' }) })
  .meta({ id: 'JobPage' });
export const CancelReply = z
  .object({ id: z.string(), outcome: z.enum(['removed', 'stopping']) })
  .meta({ id: 'CancelledJob' });

export const GapReportReply = z
  .looseObject({
    week: z.string(),
    from: day,
    to: day,
    published_at: time.nullable(),
    rows: z.array(z.looseObject({})),
    came_from: z
      .array(z.looseObject({ metric: z.string(), channel: z.string() }))
      .optional()
      .meta({ description: 'Sign-ups and revenue by channel of the first touch, in shares with bounds.' }),
  })
  .meta({ id: 'GapReport' });

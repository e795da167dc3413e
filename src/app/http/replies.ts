import { z } from 'zod';

// What the reading routes answer, for the OpenAPI document. Money is integer minor units as a decimal string.

const day = z.string().meta({ format: 'date' });
const time = z.string().meta({ format: 'date-time' });
const count = z.int();
const anything = z.record(z.string(), z.unknown());
const page = <T extends z.ZodType>(row: T, id: string) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() }).meta({ id });

export const ProblemReply = z
  .object({
    type: z.string().meta({ description: 'Where the code is explained, relative to this service.' }),
    title: z.string(),
    status: count,
    code: z.string().meta({ description: 'Stable; see docs/reference/errors.md.' }),
    detail: z.string(),
    errors: z.array(z.string()).optional(),
    correlation_id: z.string(),
  })
  .meta({ id: 'Problem' });

export const MetricList = z.object({ data: z.array(anything) }).meta({ id: 'MetricList' });
export const MetricReply = z
  .object({
    metric: z.string(),
    unit: z.string(),
    interval: z.enum(['day', 'week', 'month']),
    time_zone: z.string(),
    as_of: z.unknown(),
    data: z.array(
      z.looseObject({
        period: z.string(),
        value: z.union([z.number(), z.string()]).nullable(),
        currency: z.string().optional(),
        numerator: z.unknown().optional(),
        denominator: z.unknown().optional(),
        group: z.record(z.string(), z.string()).optional(),
      }),
    ),
  })
  .meta({ id: 'Metric' });
export const ContributionPage = page(
  z.looseObject({
    period: z.string(),
    delta: z.union([z.number(), z.string()]),
    currency: z.string().optional(),
    fact: z.string(),
    entry_id: z.string(),
    origin_event_id: z.string(),
    position: count,
  }),
  'ContributionPage',
);
export const ReconciliationRow = z
  .looseObject({
    day,
    source: z.string(),
    metric: z.string(),
    actual: z.unknown(),
    tracked: z.unknown(),
    gap: z.unknown(),
    gap_pct: z.number().nullable(),
    causes: anything,
    status: z.string(),
  })
  .meta({ id: 'Reconciliation' });
export const ReconciliationPage = page(ReconciliationRow, 'ReconciliationPage');
export const RunReply = z.object({ run_id: z.string() }).meta({ id: 'Run' });
export const AttributionReply = z
  .looseObject({
    data: z.array(
      z.looseObject({
        source: z.string(),
        medium: z.string().nullable(),
        campaign: z.string().nullable(),
        value: z.unknown(),
        share: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Attribution' });
const steps = z.looseObject({ started: count, completed: count, rate: z.number().nullable() });
export const FunnelReply = z.looseObject({ actual: steps, tracked: steps }).meta({ id: 'Funnel' });
export const CustomerReply = anything.meta({ id: 'Customer' });
export const EntryReply = z
  .looseObject({
    id: z.string(),
    position: count,
    stream: z.string(),
    revision: count,
    type: z.string(),
    origin: z.string(),
    origin_event_id: z.string(),
    occurred_at: time,
    recorded_at: time,
    body: z.unknown(),
  })
  .meta({ id: 'Entry' });
export const EntryPage = page(EntryReply, 'EntryPage');
export const ProofReply = anything.meta({ id: 'Proof' });
export const CatalogReply = anything.meta({ id: 'Catalog' });
export const DeadLetterPage = page(
  z.looseObject({
    id: z.string(),
    reason: z.string(),
    door: z.string(),
    origin: z.string(),
    errors: z.array(z.string()),
    entry_id: z.string().nullable(),
    received_at: time,
    resolved_at: time.nullable(),
    blocks: z.boolean(),
  }),
  'DeadLetterPage',
);
export const OutcomeReply = z
  .object({
    outcome: z.enum(['recorded', 'duplicate', 'conflict', 'rejected']),
    status: z.int(),
    code: z.string().optional(),
    errors: z.array(z.string()).optional(),
    entry_id: z.string().optional(),
    dead_letter_id: z.string().optional(),
  })
  .meta({ id: 'Outcome' });
export const OutcomesReply = z
  .union([OutcomeReply, z.object({ results: z.array(OutcomeReply) })])
  .meta({ id: 'Outcomes' });
export const CollectReplyBody = z
  .looseObject({ accepted: count, duplicates: count, rejected: z.record(z.string(), count) })
  .meta({ id: 'Collected' });
const part = z.looseObject({ ok: z.boolean(), detail: z.string().optional() });
export const ReadyReply = z
  .looseObject({
    status: z.enum(['ready', 'degraded', 'unready']),
    ledger: part,
    read_model: part,
    jobs: part.optional(),
    lag: part.optional(),
    projector: part.optional(),
  })
  .meta({ id: 'Ready' });

import { z } from 'zod';
import { rebuilding } from './rebuilding-shape.js';

// What the reading routes answer, for the OpenAPI document. Money is integer minor units as a decimal string.

const time = z.string().meta({ format: 'date-time' });
const count = z.int();
const anything = z.record(z.string(), z.unknown());
export const page = <T extends z.ZodType>(row: T, id: string) =>
  z.object({ data: z.array(row), next_cursor: z.string().nullable() }).meta({ id });

export const ProblemReply = z
  .object({
    type: z.string().meta({ description: 'Where the code is explained, relative to this service.' }),
    title: z.string(),
    status: count,
    code: z.string().meta({ description: 'Stable; see docs/reference/errors.md.' }),
    detail: z.string(),
    errors: z.array(z.string()).optional().meta({ description: 'Single reasons, where there are several.' }),
    correlation_id: z.string().meta({ description: 'Of the request; it is in the logs.' }),
    outcome: z
      .enum(['conflict', 'rejected'])
      .optional()
      .meta({ description: 'Of an event that `/v1/events` refused.' }),
    entry_id: z.string().optional().meta({ description: 'Of a conflict: the entry that is known under this id.' }),
    dead_letter_id: z.string().optional().meta({ description: 'Where the refused event is kept: `/v1/dead-letters`.' }),
  })
  .meta({ id: 'Problem' });

export const MetricList = z
  .object({
    data: z.array(
      z.looseObject({
        name: z.string(),
        unit: z.enum(['count', 'money', 'ratio']),
        kind: z.string(),
        meaning: z.string(),
        source_of_truth: z.string(),
        dated: z.string(),
        excludes: z.string(),
        tracked_as: z.array(z.string()),
        time_zone: z.string(),
        currency: z.string().nullable(),
        named: z.record(z.string(), z.array(z.string())).meta({ description: 'What it is called in each source.' }),
        owner: z.string(),
        allowed_lateness_hours: z.number(),
        tolerance_pct: z.number().nullable(),
        expected_reasons: z.array(z.string()),
      }),
    ),
    contract: z
      .object({ digest: z.string(), model_version: z.string() })
      .meta({ description: 'The version of the contract; a new one is an entry ContractChanged of the ledger.' }),
    next_cursor: z.null().meta({ description: 'All are on one page.' }),
  })
  .meta({ id: 'MetricList' });
const figureOrNull = z.union([z.number(), z.string()]).nullable();
const closes = z
  .array(z.object({ period: z.string(), version: count, up_to: count, digest: z.string(), model_version: z.string() }))
  .optional()
  .meta({ description: 'The closes that closed days of the answer are of.' });
export const MetricReply = z
  .object({
    metric: z.string(),
    unit: z.string(),
    interval: z.enum(['day', 'week', 'month']),
    time_zone: z.string(),
    as_of: z.unknown(),
    incomplete: z.literal(true).optional(),
    rebuilding,
    channel_rules: z.string().optional().meta({ description: 'By channel: the version of its rules.' }),
    data: z.array(
      z.looseObject({
        period: z.string(),
        value: z.union([z.number(), z.string()]).nullable(),
        currency: z.string().optional(),
        numerator: z.unknown().optional(),
        denominator: z.unknown().optional(),
        group: z.record(z.string(), z.string()).optional(),
        incomplete: z.literal(true).optional(),
        known: figureOrNull.optional().meta({ description: 'Of closed days: what is known of them now.' }),
        adjustment: figureOrNull.optional().meta({ description: 'known − reported' }),
      }),
    ),
    closes,
  })
  .meta({ id: 'Metric' });
export const ContributionPage = page(
  z.looseObject({
    period: z.string(),
    delta: z.union([z.number(), z.string()]),
    part_of: z
      .array(z.enum(['numerator', 'denominator']))
      .optional()
      .meta({ description: 'Of a ratio: what the row counts in.' }),
    currency: z.string().optional(),
    fact: z.string(),
    subject: z.string(),
    occurred_at: time,
    origin: z.string(),
    entry_id: z.string(),
    origin_event_id: z.string(),
    completes: z.string().optional().meta({
      description:
        'There where the entry holds the whole of an event that came too large to be kept whole: the id of that event.',
    }),
    position: count,
  }),
  'ContributionPage',
);
export const RunReply = z.object({ run_id: z.string() }).meta({ id: 'Run' });
export { AttributionReply, CohortReply, ConfusionReply, FunnelReply, SignupBridgeReply } from './attribution-shapes.js';
export const CustomerFoundReply = z.object({ id: z.string() }).meta({ id: 'CustomerFound' });
export const CustomerReply = z
  .looseObject({
    id: z.string(),
    erased_at: time.nullable().meta({ description: 'When they were erased; null while they were not.' }),
    user_id: z.string().nullable(),
    signed_up_at: time.nullable(),
    first_touch: z.looseObject({
      at: time.nullable(),
      source: z.string(),
      medium: z.string(),
      campaign: z.string(),
      channel: z.string(),
      unknown_reason: z.string().optional(),
    }),
    first_payment: z.object({ ref: z.string(), at: time.nullable() }).nullable(),
    identifiers: z.array(z.string()),
    non_links: z
      .array(
        z.object({
          identifier: z.string(),
          other: z.string().nullable(),
          reason: z.enum(['crowded', 'shared_device', 'ambiguous', 'two_users', 'separated']),
          links: count,
        }),
      )
      .meta({ description: 'Links that facts name and that make nobody one, and why.' }),
    decisions: z.array(
      z.object({
        identifier: z.string(),
        other: z.string(),
        kind: z.enum(['join', 'separate']),
        reason: z.string(),
        actor: z.string(),
        decided_at: time,
        entry_id: z.string(),
        position: count,
      }),
    ),
    touches: z.array(
      z.object({
        node: z.string(),
        at: time,
        source: z.string().nullable(),
        medium: z.string(),
        campaign: z.string(),
        channel: z.string(),
        landing_page: z.string().nullable(),
        entry_id: z.string(),
      }),
    ),
    purchases: z.array(
      z.looseObject({
        ref: z.string(),
        kind: z.string(),
        purchase: z.string(),
        at: time.nullable(),
        status: z.string().nullable(),
        amount: z.object({ amount_minor: z.string(), currency: z.string() }).optional(),
      }),
    ),
    numbers: z
      .array(
        z.object({
          metric: z.string(),
          subject: z.string(),
          day: z.string().meta({ format: 'date' }),
          currency: z.string().meta({ description: 'Empty for counts.' }),
          delta: z.string().meta({ description: 'A count, or minor units of the currency.' }),
          fact: z.string(),
          entry_id: z.string().meta({ description: 'The ledger entry that it follows from.' }),
          at: time,
        }),
      )
      .meta({
        description:
          'What this customer and its purchases add to the metrics: the newest 1,000 rows, the oldest of them first.',
      }),
  })
  .meta({ id: 'Customer' });
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
    personal_data: z.enum(['none', 'sealed', 'erased', 'key_missing']).optional().meta({
      description: 'Of one entry: whether what is personal in its body can still be opened with the vault key.',
    }),
    body: z.unknown(),
  })
  .meta({ id: 'Entry' });
export const EntryPage = page(EntryReply, 'EntryPage');
export const UnknownTypePage = page(
  z.object({ type: z.string(), entries: count, last_position: count }),
  'UnknownTypePage',
);
export const ProofReply = anything.meta({ id: 'Proof' });
export const CatalogReply = z
  .looseObject({
    time_zone: z.string().meta({ description: 'The reporting time zone, which every day here is in.' }),
    currencies: z
      .array(z.object({ currency: z.string(), exponent: count }))
      .meta({ description: 'Decimals of each; of others 2.' }),
    domain_events: z.array(
      z.object({
        type: z.string(),
        meaning: z.string(),
        version: count,
        data_schema: anything.meta({ description: 'JSON Schema (2020-12) of `data`.' }),
        example: anything,
      }),
    ),
  })
  .meta({ id: 'Catalog' });
const part = z.looseObject({ ok: z.boolean(), detail: z.string().optional() });
export const ReadyReply = z
  .looseObject({
    status: z.enum(['ready', 'rebuilding', 'degraded', 'unready']),
    ledger: part,
    read_model: part,
    jobs: part.optional(),
    lag: part.extend({ events: count.optional(), ms: z.number().optional() }).optional(),
    projector: part.optional(),
    seal: part.extend({ size: count.optional(), lag: count.optional() }).optional(),
  })
  .meta({ id: 'Ready' });

export const ActorList = z
  .object({
    data: z.array(z.object({ actor: z.string(), name: z.string(), revoked: z.boolean() })),
    next_cursor: z.null(),
  })
  .meta({ id: 'ActorList' });
export const SessionReply = z
  .object({
    name: z.string(),
    scopes: z.array(z.string()),
    actor: z.string().meta({ description: 'As which what it does stands in the ledger.' }),
    expires_at: time.optional(),
  })
  .meta({ id: 'Session' });
export const SignInLinkReply = z
  .object({ path: z.string().meta({ description: 'At this service; good once.' }), expires_at: time })
  .meta({ id: 'SignInLink' });

import { parts } from '../../reconcile/parts.js';
import { z } from 'zod';
import { behaviours } from '../../report/funnel-report.js';
import { REASON_MAX } from '../../ingest/dismiss.js';
import { daysBetween, isDay } from '../../kernel/day.js';
import { isUuid } from '../../kernel/uuid.js';
import { holdsEmail } from '../../ledger/vault/email-address.js';

export const RANGE_DAYS_MAX = 3_700; // about ten years; wider questions are several requests
export const LIMIT_MAX = 1_000;
const LIMIT_DEFAULT = 100;

const CLOSE = /^\d{4}-P?\d{2}(@\d{1,4})?$/;
/** RFC 3339; a day that its month does not have would be read as one of the next. */
export const isTime = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) &&
  isDay(text.slice(0, 10)) &&
  !Number.isNaN(Date.parse(text));
const isAsOf = (text: string): boolean => CLOSE.test(text) || /^\d{1,15}$/.test(text) || isTime(text);

/** An object that refuses members it does not know, and says their names. */
export const only = <T extends z.ZodRawShape>(shape: T, what: 'parameter' | 'field' = 'parameter') =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `There is no ${what} ${issue.keys.map((key) => `"${key}"`).join(', ')} here; it takes ${Object.keys(shape).join(', ') || 'none'}.`
        : undefined,
  });

const day = (description: string) =>
  z
    .string('is needed, as a calendar day such as 2026-10-03')
    .refine(isDay, 'must be a calendar day such as 2026-10-03')
    .meta({ description, format: 'date', example: '2026-10-03' });

// No column holds a NUL, and no name or id of ours any other control character.
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'must be text without control characters');
const name = text(200);
// What goes into the audit line before anybody knows whether there is such a thing: nothing that could be a person's.
export const word = z.string().regex(/^[\w.-]{1,100}$/, 'must be a name of letters, digits, ".", "_" and "-"');
export const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'must be a currency code such as USD');
export const currency = currencyCode.optional().meta({ description: 'Only this currency, such as USD.' });
/** A group may be named by nothing: that of the rows without a medium. */
const groupValue = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must be text without control characters')
  .optional();
const asOf = z
  .string()
  .refine(isAsOf, 'must be a ledger position, an RFC 3339 time or a closed period')
  .optional()
  .meta({
    description:
      'Ledger position, RFC 3339 time, or a closed period such as 2026-10 (2026-10@1 for its first close): the answer as it was when nothing later was known.',
  });
const view = z.enum(['reported', 'known'], 'must be reported or known').optional().meta({
  description:
    'Of closed days: `reported`, as their close stored them, which never changes, or `known`. Default: reported, with what is known beside it.',
});

const from = day('First day, in the reporting time zone.');
const to = day('Last day, included.');
const range = { from, to };
const LATELY = 'Without `from` and `to`, the last 30 days.';
/** A range that may be left out. */
const lately = {
  from: from.optional().meta({ description: `First day, in the reporting time zone. ${LATELY}` }),
  to: to.optional().meta({ description: `Last day, included. ${LATELY}` }),
};
export const paging = {
  limit: z.coerce
    .number('must be a number from 1 to 1000')
    .int('must be a number from 1 to 1000')
    .min(1, 'must be a number from 1 to 1000')
    .max(LIMIT_MAX, 'must be a number from 1 to 1000')
    .default(LIMIT_DEFAULT)
    .meta({ description: 'How many rows a page may have.' }),
  cursor: text(512).optional().meta({ description: '`next_cursor` of the page before.' }),
};

/** Both days in order, and not too far apart. */
const ranged = <T extends z.ZodType<{ from?: string; to?: string }>>(schema: T) =>
  schema
    .refine((query) => !hasRange(query) || query.from <= query.to, 'from must not be after to.')
    .refine(
      (query) => !hasRange(query) || daysBetween(query.from, query.to) < RANGE_DAYS_MAX,
      `A range may have ${RANGE_DAYS_MAX} days.`,
    );

/** Both days, in order and not too far apart, or none. */
const rangedOrNone = <T extends z.ZodType<{ from?: string; to?: string }>>(schema: T) =>
  ranged(schema).refine(
    ({ from, to }) => (from === undefined) === (to === undefined),
    'Give both from and to, or neither.',
  );

// What is no day was told already, and there is nothing to say of such a range.
const hasRange = (query: { from?: string; to?: string }): query is { from: string; to: string } =>
  isDay(query.from ?? '') && isDay(query.to ?? '');

export const dimensions = ['source', 'medium', 'campaign', 'channel', 'customer_kind', 'unknown_reason'] as const;
const interval = z
  .enum(['day', 'week', 'month'], 'must be day, week or month')
  .default('day')
  .meta({ description: 'How long the period of a row is.' });
const groupBy = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(dimensions, `may name ${dimensions.join(', ')}`)).max(dimensions.length))
  .optional()
  .meta({ description: `One or more of ${dimensions.join(', ')}, between commas.` });

const metric = name.meta({ description: 'A metric, by its name in `GET /v1/metrics`.', example: 'signups' });
const source = name.meta({
  description: 'An analytics source, by its name in `GET /v1/sources`.',
  example: 'collector',
});
export const MetricParam = metric;
export const SourceParam = source;
export const CodeParam = name.meta({ description: 'The `code` of a problem.', example: 'invalid_request' });
export const IdParam = text(256).meta({ description: 'Any identifier of the customer.', example: 'user:u1' });
export const UuidParam = z.guid('the id must be a UUID').meta({ description: 'The `id` of the row.' });
export const CustomerFindRequest = only({ of: text(256) }, 'field').meta({ id: 'CustomerFind' });
export const EntryParam = z
  .string()
  .refine((text) => /^\d{1,15}$/.test(text) || isUuid(text), 'must be the id or the position of an entry')
  .meta({ description: 'The `id` of an entry, or its position.' });
export const DayParam = day('Day, in the reporting time zone.');

export const NoQuery = only({});
export const MetricQuery = ranged(
  only({
    ...range,
    interval,
    group_by: groupBy,
    currency,
    as_of: asOf,
    view,
  }),
);
const groupFilters = Object.fromEntries(
  dimensions.map((dimension) => [
    dimension,
    groupValue.meta({ description: `Only the rows of this group of \`group_by=${dimension}\`; it may be empty.` }),
  ]),
) as Record<(typeof dimensions)[number], typeof groupValue>;
export const ContributionsQuery = ranged(
  only({
    day: DayParam.optional(),
    from: from.optional(),
    to: to.optional(),
    interval,
    currency,
    ...groupFilters,
    as_of: asOf,
    view,
    ...paging,
  }),
)
  .refine((query) => !query.day || (!query.from && !query.to), 'Give either day, or from and to.')
  .refine((query) => query.day ?? (query.from && query.to), 'Give day, or from and to.');
export const ReconciliationsQuery = ranged(
  only({
    source: source.optional(),
    metric: metric.optional(),
    from: from.optional(),
    to: to.optional(),
    currency,
    as_of: asOf,
    view,
    ...paging,
  }),
);
export const SummaryQuery = ranged(only({ ...range, source: source.optional(), metric: metric.optional() }));
export const ReconciliationQuery = only({
  currency,
  part: z
    .enum(parts, `must be one of ${parts.join(', ')}`)
    .optional()
    .meta({ description: 'Only the ids of this part.' }),
  as_of: asOf,
  view,
  ...paging,
});
export const AttributionQuery = rangedOrNone(
  only({
    metric: name.default('signups').meta({ description: 'signups, orders or revenue_gross, among others.' }),
    ...lately,
    currency,
    as_of: asOf,
    view,
  }),
);
export const ExplainDiffQuery = ranged(
  only({
    ...range,
    from_as_of: z.string().refine(isAsOf, 'must be a ledger position, an RFC 3339 time or a closed period').meta({
      description: 'The earlier moment: a ledger position, an RFC 3339 time or a closed period such as 2026-10.',
    }),
    to_as_of: asOf,
    currency,
    ...paging,
  }),
);
const behaviour = z
  .enum(behaviours, `must be one of ${behaviours.join(', ')}`)
  .optional()
  .meta({ description: 'Also by what the browser is; known only where its events arrive.' });
const trackedBy = name.optional().meta({ description: 'The source of the tracked side. Default: the collector.' });
export const FunnelQuery = rangedOrNone(
  only({ ...lately, as_of: asOf, view, source: trackedBy, dimension: behaviour }),
);
export const CohortQuery = ranged(
  only({
    ...range,
    source: trackedBy,
    dimension: behaviour,
    window_days: z.coerce
      .number('must be a number from 1 to 365')
      .int('must be a number from 1 to 365')
      .min(1, 'must be a number from 1 to 365')
      .max(365, 'must be a number from 1 to 365')
      .optional()
      .meta({ description: 'Days after the sign-up in which the first payment counts. Default: 30.' }),
  }),
);
export const BridgeQuery = ranged(only({ ...range }));
export const ConfusionQuery = ranged(
  only({
    ...range,
    source: name
      .optional()
      .meta({ description: 'Whose events claim something; one with ids. Default: the collector.' }),
    metric: name.default('signups').meta({ description: 'signups, checkouts_started, orders or revenue_gross.' }),
  }),
);
export const SourceRangeQuery = ranged(only(range));
export const EntriesQuery = only({
  type: name.optional().meta({ description: 'Only entries of this type, such as `user.signed_up`.' }),
  origin: name.optional().meta({ description: 'Only entries of this origin, such as `stripe` or `/auth`.' }),
  stream: text(512).optional().meta({ description: 'Only the entries of this stream.' }),
  ...paging,
});
export const UnknownTypesQuery = only(paging);
/** A whole number as text: nothing is none, where `Number('')` is 0. */
const whole = (sentence: string) =>
  z
    .string(sentence)
    .regex(/^\d{1,15}$/, sentence)
    .transform(Number);
const size = whole('must be a number of entries');
export const ConsistencyQuery = only({
  from: size.meta({ description: 'The smaller size.' }),
  to: size.optional().meta({ description: 'The larger size; the newest that is sealed when left out.' }),
});
export const CheckpointsQuery = only(paging);
export const DeadLettersQuery = only({
  reason: name.optional().meta({ description: 'Only letters of this reason, such as `conflict`.' }),
  resolved: z
    .enum(['true', 'false'], 'must be true or false')
    .transform((text) => text === 'true')
    .optional()
    .meta({ description: 'Only those that are settled, or only those that are not.' }),
  ...paging,
});

export const reason = text(REASON_MAX).refine(
  (said) => !holdsEmail(said),
  'may hold no e-mail address: it goes into the ledger as it is',
);
export const NothingRequest = only({}, 'field').default({}).meta({ id: 'Nothing' });
export const DismissRequest = only({ reason }, 'field');

export const ReconciliationRequest = ranged(
  only(
    {
      ...range,
      source: word.optional(),
      metrics: z.array(word).min(1).max(50).optional(),
    },
    'field',
  ),
).meta({ id: 'ReconciliationRequest' });

export const provider = word.meta({ description: 'A payment provider: stripe, square or adyen.', example: 'stripe' });
export const CompletenessQuery = rangedOrNone(only({ provider: provider.optional(), ...lately, ...paging }));
export const BackfillRequestBody = ranged(only({ provider: word, ...range }, 'field')).meta({ id: 'BackfillRequest' });

export const SignInRequest = only({ key: text(512) }, 'field').meta({ id: 'SignIn' });
export const SignInCode = only({ code: text(100) });

const position = whole('must be a ledger position')
  .optional()
  .meta({ description: 'Ledger position: the rows as they were when this was the last entry.' });

// The pieces that queries of other files are made of.
export { position, range, ranged };

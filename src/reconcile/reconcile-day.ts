import type { Zone } from '../kernel/day.js';
import { compareAttribution, mismatch } from './compare/attribution.js';
import type { Cause } from './cause.js';
import { countedRows } from './compare/counted-rows.js';
import { judge, type History } from './drift/judge.js';
import type { Concentration } from './drift/concentration.js';
import { concentrationOf, type PlainSeen } from './compare/dimensions.js';
import { gatherEvidence, type Gathered, type SubjectTag } from './load/evidence.js';
import { explain } from './compare/explain.js';
import { figuresOf, type ReconciliationRow } from './gap.js';
import { type DayData, loadDay, windowOf } from './load/load-day.js';
import type { SectionData } from './load/load-section.js';
import { type Lookups, lookupsOf } from './load/lookups.js';
import { type DayKey, listOf, type Outcome, outcomeOf } from './compare/outcome.js';
import { type Buckets, type Item, sortIntoParts } from './parts.js';
import type { Truth } from './match.js';
import type { ReconciledMetric } from './reconciled-metrics.js';
import { idOf } from './sift/sift.js';
import {
  type AnySource,
  type CountSource,
  MONEY_FLAG,
  type Reader,
  SourceFailure,
  type SourceReader,
  type SourceState,
} from './source.js';
import { modelPosition, orderExtras, truthsOn } from './load/truth-queries.js';

export interface Context {
  /** In a transaction that sees one state of the read model. */
  reader: Reader;
  source: AnySource;
  metric: ReconciledMetric;
  causes: readonly Cause[];
  zone: Zone;
  /** Before the transaction began. */
  now: Date;
  history: (currency: string) => Promise<History>;
  subjectTag?: SubjectTag;
  /** The gap that is lived with, in percent either way. */
  tolerance?: number;
  /** Of the day as it was fetched, where the source has to be asked. */
  state?: SourceState;
  /** The day's data, loaded with others; without it they are loaded alone. */
  together?: Pick<SectionData, 'load' | 'modelPosition'>;
}

/**
 * The product in one function: what truly happened on a day, what the source saw of it, each id in one part with one cause, and the
 * figures that follow. The same data give the same outcome; only truth that was too young to be judged changes with time.
 */
export async function reconcileDay(day: string, given: Context): Promise<Outcome> {
  const key: DayKey = { day, source: given.source.name, metric: given.metric.name };
  const position = given.together?.modelPosition ?? (await modelPosition(given.reader));
  const at = { ...key, modelPosition: position, fetchedAt: given.now, readAt: given.now };
  let context = given;
  try {
    const state = await given.source.state?.(given.reader, day);
    if (state) at.fetchedAt = state.fetchedAt;
    context = { ...given, state };
    if (given.source.matchedBy === 'count')
      return outcomeOf({
        ...at,
        rows: await orNothingYet(await byCount(key, given.source, context), key, context),
        ids: new Map(),
      });
    const reader = given.source.open(given.reader);
    const mapped =
      given.together !== undefined || (await reader.maps(context.metric.kind, context.metric.unit === 'money'));
    if (!mapped) return outcomeOf({ ...at, rows: await notMapped(key, context), ids: new Map() });
    const { buckets, plain, reasons, concentrations } = await compare(day, reader, context);
    const rows = [];
    for (const [currency, items] of buckets) {
      const row = await rowOf(key, currency, { items, plain, reasons }, context);
      rows.push({ ...row, concentration: concentrations.get(currency) ?? null });
    }
    return outcomeOf({
      ...at,
      rows: await orNothingYet(rows, key, context),
      ids: new Map([...buckets].map(([currency, items]) => [currency, listOf(items, plain)])),
    });
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    const row = { ...blank(key, context), status: 'failed' as const, reasons: [`source_failed: ${error.message}`] };
    return outcomeOf({ ...at, rows: [row], ids: new Map() });
  }
}

interface Compared {
  buckets: Buckets;
  plain: DayData['plain'];
  reasons: string[];
  concentrations: ReadonlyMap<string, Concentration>;
}

async function compare(day: string, reader: SourceReader, context: Context): Promise<Compared> {
  const { metric, zone, source, now, causes, together } = context;
  const alone = lookupsOf(context.reader, reader, metric.by);
  const data = together ? await together.load(day, alone) : await loadDay(context.reader, reader, metric, day, zone);
  const reasons = await reasonsOf(day, reader, data, context);
  if (metric.compares === 'attribution') {
    const buckets = new Map([['', compareAttribution(day, data.truths, data.pairing)]]);
    return { buckets, plain: [], reasons, concentrations: new Map() };
  }
  const buckets = sortIntoParts({ day, unit: metric.unit, ...data, settledBefore: now.getTime() - source.settlesMs });
  const { subjectTag } = context;
  const lookups = data.known?.lookups ?? alone;
  const given = { lookups, sourceName: source.name, metric, day, zone, subjectTag };
  const evidence = await gatherEvidence(given, data, buckets);
  explain(buckets, causes, evidence);
  const { plain } = data;
  const seen = plain.length > 0 && reader.table ? { pairs: plain, readContext: reader.table.readContext } : undefined;
  return {
    buckets,
    plain,
    reasons,
    concentrations: await concentrationsOf(day, buckets, { evidence, seen, lookups }, context),
  };
}

/** Purchases whose payments are looked at for what a loss concentrates in; beyond that it costs more than the comparison. */
const PAYMENTS_MAX = 200_000;

/** By currency, where anything is missing. */
async function concentrationsOf(
  day: string,
  buckets: Buckets,
  { evidence, seen, lookups }: { evidence: Gathered; seen?: Omit<PlainSeen, 'payments'>; lookups: Lookups },
  { metric, zone }: Context,
): Promise<Map<string, Concentration>> {
  const found = new Map<string, Concentration>();
  const dayFrom = windowOf(zone, day, 0).from;
  for (const [currency, items] of buckets) {
    if (!items.some(({ part }) => part === 'missing')) continue;
    const groups = metric.by === 'purchase' ? [...new Set(items.flatMap(({ truth }) => truth?.group ?? []))] : [];
    const pairs = metric.by === 'purchase' ? (seen?.pairs ?? []) : [];
    const ids = pairs.flatMap(({ lines }) => lines.map(idOf));
    const few = groups.length + ids.length <= PAYMENTS_MAX;
    const payments = few ? await lookups.payments(groups) : new Map<string, never>();
    const plain = seen && { ...seen, payments: few ? await lookups.paymentsBehind(ids) : new Map<string, never>() };
    found.set(currency, concentrationOf(items, { dayFrom, evidence, payments, plain }));
  }
  return found;
}

/** What a reader of the figures has to know about them. */
async function reasonsOf(
  day: string,
  reader: SourceReader,
  { tracked, resent, known }: DayData,
  { metric, zone }: Context,
): Promise<string[]> {
  const reasons: string[] = [];
  const serverSide = known?.serverSide ?? (await reader.serverSide(metric.kind, windowOf(zone, day, 0)));
  if (serverSide > 0) reasons.push(`server_side: ${serverSide} events that servers sent are not counted as tracked`);
  const today = tracked.filter((event) => event.day === day);
  if (resent > 0) reasons.push(`resent: ${resent} repeated deliveries of the same messages are counted once`);
  const net = metric.unit === 'money' ? today.filter((event) => event.valueBasis === 'net').length : 0;
  if (net > 0)
    reasons.push(`net_basis: ${net} amounts without tax and shipping are restated with those of their orders`);
  return reasons;
}

async function rowOf(
  key: DayKey,
  currency: string,
  { items, plain, reasons }: { items: readonly Item[]; plain: DayData['plain']; reasons: readonly string[] },
  context: Context,
): Promise<ReconciliationRow> {
  const matched = plain.reduce((sum, { count }) => sum + count, 0);
  const figures = figuresOf(items, context.metric.unit === 'money', matched);
  const provisional = isOpen(key.day, context) || figures.expected > 0;
  const row: ReconciliationRow = {
    ...blank(key, context),
    ...(currency === '' ? {} : { currency }),
    ...figures,
    ...(context.metric.compares === 'attribution' ? mismatch(items) : {}),
    comparable: true,
    reasons: [...reasons],
    provisional,
    status: provisional ? 'provisional' : 'ok',
  };
  return judged(row, context);
}

/** With what speaks against its numbers; a row that may still change, or must not be compared, is judged by nothing. */
async function judged(given: ReconciliationRow, context: Context): Promise<ReconciliationRow> {
  const { notes = [] } = context.state ?? {};
  const isMoney = context.metric.unit === 'money';
  const flags = (context.state?.flags ?? []).filter((flag) => isMoney || !flag.startsWith(MONEY_FLAG));
  const comparable = given.comparable && flags.length === 0;
  const row = { ...given, comparable, reasons: [...given.reasons, ...flags, ...notes] };
  if (row.provisional) return { ...row, reasons: [...row.reasons, provisionalReason(context)] };
  return comparable ? withinTolerance(judge(row, await context.history(row.currency ?? '')), context.tolerance) : row;
}

function withinTolerance(row: ReconciliationRow, tolerance: number | undefined): ReconciliationRow {
  if (tolerance === undefined || row.gap_pct === null || Math.abs(row.gap_pct) <= tolerance) return row;
  const reason = `tolerance: gap_pct is ${row.gap_pct}, the contract allows ${tolerance} either way`;
  return { ...row, status: 'failed', reasons: [...row.reasons, reason] };
}

/** Rows of a day from a source that only counts: the sums side by side, no id in any part. */
async function byCount(key: DayKey, source: CountSource, context: Context): Promise<ReconciliationRow[]> {
  const { reader, metric } = context;
  if (metric.compares === 'attribution') {
    const reasons = [`by_count: where each one came from is compared one by one, and ${source.name} tells of none`];
    return [{ ...blank(key, context), status: 'not_mapped', reasons }];
  }
  const counted = await source.counted(reader, metric.kind, metric.unit === 'money', key.day);
  if (!counted) return notMapped(key, context);
  const truths = await truthsOn(reader, metric, key.day);
  const provisional = isOpen(key.day, context);
  const rows = countedRows(metric, truths, counted, await extrasOf(metric, truths, context));
  return Promise.all(
    rows.map((row) =>
      judged({ ...blank(key, context), ...row, provisional, status: provisional ? 'provisional' : 'ok' }, context),
    ),
  );
}

/** Tax and shipping within the orders of the day, by currency. */
async function extrasOf(
  metric: ReconciledMetric,
  truths: readonly Truth[],
  { reader }: Context,
): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>();
  if (metric.unit !== 'money') return sums;
  const extras = await orderExtras(reader, [...new Set(truths.map(({ group }) => group))]);
  for (const { currency, group, present } of truths)
    if (present) sums.set(currency, (sums.get(currency) ?? 0n) + (extras.get(group) ?? 0n));
  return sums;
}

/**
 * Of money there is a row for each currency, so none where there was none: nothing is missing then, and nothing was seen. While that may still
 * change, or must not be compared, one row without a currency says so, or the day would pass for one without revenue.
 */
async function orNothingYet(rows: ReconciliationRow[], key: DayKey, context: Context): Promise<ReconciliationRow[]> {
  if (rows.length > 0) return rows;
  const blankRow = blank(key, context);
  const row = await judged({ ...blankRow, status: blankRow.provisional ? 'provisional' : 'ok' }, context);
  return row.provisional || (context.state?.flags ?? []).length > 0 ? [row] : [];
}

/** Whether events of the day may still be on their way. */
const isOpen = (day: string, { zone, source, now }: Context): boolean =>
  now.getTime() < windowOf(zone, day, 0).to + source.settlesMs;

const provisionalReason = ({ source }: Context): string =>
  `provisional: events may arrive for ${source.settlesMs / 3_600_000} hours after they happened`;

/** Truth without anything to compare it with: never a gap. */
async function notMapped(key: DayKey, context: Context): Promise<ReconciliationRow[]> {
  const { metric } = context;
  const base = {
    ...blank(key, context),
    status: 'not_mapped' as const,
    reasons: [`not_mapped: ${key.source} never sent an event that means ${metric.name}`],
  };
  if (metric.compares === 'attribution') return [base];
  const truths = await truthsOn(context.reader, metric, key.day);
  const currencies = metric.unit === 'money' ? [...new Set(truths.map(({ currency }) => currency))].sort() : [''];
  return currencies.map((currency) => {
    const sum = (present: boolean): number | string => {
      const found = truths.filter((truth) => truth.currency === currency && truth.present === present);
      return metric.unit === 'money' ? String(found.reduce((total, { value }) => total + value, 0n)) : found.length;
    };
    return { ...base, ...(currency === '' ? {} : { currency }), actual: sum(true), not_trackable: sum(false) };
  });
}

const blank = ({ day, source, metric }: DayKey, context: Context): ReconciliationRow => ({
  day,
  source,
  metric,
  actual: null,
  tracked: null,
  tracked_unique: null,
  gap: null,
  gap_pct: null,
  loss_pct: null,
  overcount_pct: null,
  matched: null,
  missing: null,
  client_only: null,
  duplicates: null,
  wrong_value: null,
  wrong_currency: null,
  other_day: null,
  expected: null,
  tracked_other_day: null,
  not_trackable: null,
  causes: {},
  unexplained: 0,
  causes_by_part: {},
  matched_by: context.source.matchedBy,
  comparable: false,
  reasons: [],
  provisional: isOpen(day, context),
  drift: null,
  concentration: null,
  status: 'failed',
});

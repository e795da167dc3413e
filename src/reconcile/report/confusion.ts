import type { Channels } from '../../catalog/channels.js';
import { addDays, type Day, daysBetween, Zone } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import { markOf, shownModel } from '../../projections/shown-model.js';
import type { Database } from '../../storage/database.js';
import { claimedSource } from '../compare/attribution.js';
import { loadDays } from '../load/load-day.js';
import { type ReconciledMetric, reconciledMetrics } from '../reconciled-metrics.js';
import { type AnySource, type Reader, type Source, SourceFailure } from '../source.js';
import { collector } from '../sources/collector.js';
import type { Range } from '../load/truth-queries.js';

export interface ConfusionQuery {
  from: Day;
  to: Day;
  /** Whose events claim something. Default: the collector. */
  source?: string;
  /** One that is reconciled by entity. */
  metric: string;
}

/** Days of one question: each is matched anew. */
const DAYS_MAX = 92;

/** What truth says of a part of a number, what the client claims of it, and how much it is. Currency is empty for counts. */
export interface Claim {
  server: string;
  channel: string;
  /** A source; `direct` where the client names none, `not_seen` where it has no event, `not_trackable` where it could have none. */
  client: string;
  currency: string;
  value: bigint;
}

export type Verdict =
  'agreed' | 'neither_knows' | 'server_only' | 'client_only' | 'different' | 'not_seen' | 'not_trackable';

export function verdictOf({ server, client }: Pick<Claim, 'server' | 'client'>): Verdict {
  if (client === 'not_seen' || client === 'not_trackable') return client;
  if (client === 'direct') return server === 'unknown' ? 'neither_knows' : 'server_only';
  if (server === 'unknown') return 'client_only';
  return server === client ? 'agreed' : 'different';
}

/** Claims as a table of server against client, and per currency how far they agree; everything sums to the whole. */
export function confusionTable(claims: readonly Claim[], paid: ReadonlySet<string>) {
  const cells = new Map<string, Claim>();
  for (const claim of claims) {
    const key = JSON.stringify([claim.currency, claim.server, claim.channel, claim.client]);
    const cell = cells.get(key);
    if (cell) cell.value += claim.value;
    else cells.set(key, { ...claim });
  }
  const data = [...cells.values()].sort(
    (a, b) =>
      compare(a.currency, b.currency) || Number(b.value - a.value) || compare(a.server + a.client, b.server + b.client),
  );
  const currencies = [...new Set(data.map(({ currency }) => currency))];
  return {
    data: data.map(({ server, channel, client, currency, value }) => ({
      ...{ server, channel, client, verdict: verdictOf({ server, client }) },
      ...shown(currency, value),
    })),
    totals: currencies.map((currency) =>
      totalsOf(
        data.filter((claim) => claim.currency === currency),
        currency,
        paid,
      ),
    ),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const wire = (currency: string, value: bigint): number | string => (currency ? String(value) : Number(value));
const shown = (currency: string, value: bigint) => ({
  ...(currency ? { currency } : {}),
  value: wire(currency, value),
});

function totalsOf(claims: readonly Claim[], currency: string, paid: ReadonlySet<string>) {
  const sum = (of: (claim: Claim) => boolean): number | string =>
    wire(
      currency,
      claims.filter(of).reduce((total, { value }) => total + value, 0n),
    );
  const by = (verdict: Verdict) => sum((claim) => verdictOf(claim) === verdict);
  const isPaid = ({ channel }: Claim): boolean => paid.has(channel);
  return {
    ...(currency ? { currency } : {}),
    value: sum(() => true),
    ...{ agreed: by('agreed'), neither_knows: by('neither_knows'), server_only: by('server_only') },
    ...{ client_only: by('client_only'), different: by('different') },
    ...{ not_seen: by('not_seen'), not_trackable: by('not_trackable') },
    paid: {
      value: sum(isPaid),
      called_direct: sum((claim) => isPaid(claim) && claim.client === 'direct'),
      not_seen: sum((claim) => isPaid(claim) && claim.client === 'not_seen'),
    },
  };
}

interface ConfusionDeps {
  database: Database;
  /** Of this process. */
  modelVersion: string;
  channels: Channels;
  /** Throws Problem `invalid_request` for one that there is not. */
  sourceOf: (name: string) => AnySource;
  /** Throws Problem `invalid_request` for a day whose events are gone. */
  refuseForgotten: (day: Day, sources: readonly string[]) => void;
}

// What belongs to the ids of a few weeks is looked up in an index; PostgreSQL would read the whole table of everything ever bought for it.
const LOOKED_UP = 'set local random_page_cost = 1.1';

/**
 * Where clients say that something came from, against the first touch that the server recorded, by the days of the model that there is. A
 * day of which the source tells nothing that may be compared is left out whole, with why. Throws Problem `invalid_request`.
 */
export async function confusion(deps: ConfusionDeps, { from, to, source: asked, metric: name }: ConfusionQuery) {
  const source = entitySource(deps, asked ?? collector.name);
  const metric = entityMetric(name);
  if (daysBetween(from, to) >= DAYS_MAX) throw new Problem('invalid_request', `A question may have ${DAYS_MAX} days.`);
  deps.refuseForgotten(from, [source.name]);
  const { channels } = deps;
  return deps.database.transaction(async (reader) => {
    await reader.query(`set transaction isolation level repeatable read, read only; ${LOOKED_UP}`);
    const { newest, timeZone, superseded } = await shownModel(reader, deps.modelVersion);
    const zone = new Zone(timeZone);
    const leftOut: Record<Day, string> = {};
    const days: Day[] = [];
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const why = await whyNot(reader, source, day);
      if (why === undefined) days.push(day);
      else leftOut[day] = why;
    }
    const claims: Claim[] = [];
    for (const range of togetherOf(days, await contributionsOn(reader, metric.truth, [from, to])))
      for (const claim of await claimsOn(reader, source, metric, range, { zone, channels })) claims.push(claim);
    return {
      ...{ metric: name, unit: metric.unit, source: source.name, from, to, time_zone: timeZone, as_of: newest },
      ...markOf({ superseded }),
      channel_rules: channels.version,
      mapped: await source.open(reader).maps(metric.kind, metric.unit === 'money'),
      left_out: leftOut,
      ...confusionTable(claims, channels.paid),
    };
  });
}

function entityMetric(name: string): ReconciledMetric {
  const compared = reconciledMetrics.filter(({ compares }) => compares === 'entities');
  const metric = compared.find((each) => each.name === name);
  if (metric) return metric;
  const names = compared.map((each) => each.name).join(', ');
  throw new Problem('invalid_request', `Sources are compared for ${names}.`);
}

function entitySource({ sourceOf }: ConfusionDeps, name: string): Source {
  const source = sourceOf(name);
  if (source.matchedBy === 'id') return source;
  throw new Problem(
    'invalid_request',
    `${name} tells how many there were and of no one where it came from; what it counts by first touch is in /v1/sources/${name}/events.`,
  );
}

/** Why a day of a source must not be compared; undefined when it may. */
async function whyNot(reader: Reader, source: Source, day: Day): Promise<string | undefined> {
  try {
    return (await source.state?.(reader, day))?.flags[0];
  } catch (error) {
    if (error instanceof SourceFailure) return error.message;
    throw error;
  }
}

/** Contributions whose days are in memory at once; a day with more is there alone. */
const TOGETHER_MAX = 20_000;

/** Days in a row that are matched together: every statement is sent once for all of them. Pure; exported for its test. */
export function togetherOf(days: readonly Day[], sizes: ReadonlyMap<Day, number>, max = TOGETHER_MAX): Range[] {
  const ranges: [Day, Day][] = [];
  let size = 0;
  for (const day of days) {
    const own = sizes.get(day) ?? 0;
    const last = ranges.at(-1);
    if (last && addDays(last[1], 1) === day && size + own <= max) {
      last[1] = day;
      size += own;
    } else {
      ranges.push([day, day]);
      size = own;
    }
  }
  return ranges;
}

async function contributionsOn(reader: Reader, metric: string, range: Range): Promise<Map<Day, number>> {
  const { rows } = await reader.query<{ day: Day; count: number }>(
    'select day, count(*)::int as count from model.contributions where metric = $1 and day between $2 and $3 group by day',
    [metric, ...range],
  );
  return new Map(rows.map(({ day, count }) => [day, count]));
}

async function claimsOn(
  reader: Reader,
  source: Source,
  metric: ReconciledMetric,
  range: Range,
  { zone, channels }: { zone: Zone; channels: Channels },
): Promise<Claim[]> {
  const { truths, pairing } = await loadDays(reader, source.open(reader), metric, range, zone);
  const channelBy = await channelsOn(reader, metric.truth, range, channels);
  return truths
    .filter(({ day }) => day >= range[0] && day <= range[1])
    .map((truth) => {
      const tracked = pairing.trackedOf.get(truth);
      const client = !truth.present
        ? 'not_trackable'
        : tracked
          ? (claimedSource(tracked.source) ?? 'direct')
          : 'not_seen';
      const value = metric.unit === 'money' ? truth.value : 1n;
      return {
        server: truth.source,
        channel: channelBy.get(`${truth.day} ${truth.id}`) ?? 'unknown',
        client,
        currency: truth.currency,
        value,
      };
    });
}

/** By day and subject. */
async function channelsOn(
  reader: Reader,
  metric: string,
  range: Range,
  channels: Channels,
): Promise<Map<string, string>> {
  const { rows } = await reader.query<{ day: Day; subject: string; source: string; medium: string }>(
    `select day, subject, source, medium from model.contributions where metric = $1 and day between $2 and $3
     group by 1, 2, 3, 4 having sum(delta) <> 0`,
    [metric, ...range],
  );
  return new Map(rows.map(({ day, subject, source, medium }) => [`${day} ${subject}`, channels.of(source, medium)]));
}

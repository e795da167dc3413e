import { addDays, type Day } from '../../kernel/day.js';
import type { Consent } from '../cause.js';
import { compareText, type Truth } from '../match.js';
import type { MatchBy, ReconciledMetric } from '../reconciled-metrics.js';
import { type Key, type Reader, SEPARATOR } from '../source.js';

/** The read model's position that a transaction sees. */
export async function modelPosition(reader: Reader): Promise<number> {
  const { rows } = await reader.query<{ position: bigint }>('select position from model.checkpoint');
  return Number(rows[0]?.position ?? 0n);
}

/** The first and the last of days in a row. */
export type Range = readonly [Day, Day];

/** What truly happened on a day, or on days in a row, by the contributions of the metric. */
export const truthsOn = (reader: Reader, metric: ReconciledMetric, on: Day | Range): Promise<Truth[]> =>
  readTruths(reader, metric, typeof on === 'string' ? [on, on] : on);

/** The same for some subjects on the days around them. */
export const truthsNear = async (
  reader: Reader,
  metric: ReconciledMetric,
  subjects: readonly string[],
  [first, last]: Range,
  days: number,
): Promise<Truth[]> =>
  (await truthsBetween(reader, metric, subjects, [addDays(first, -days), addDays(last, days)])).filter(
    (truth) => truth.day < first || truth.day > last,
  );

/** The same for some subjects on all days from one to another. */
export const truthsBetween = (
  reader: Reader,
  metric: ReconciledMetric,
  subjects: readonly string[],
  range: Range,
): Promise<Truth[]> => (subjects.length === 0 ? Promise.resolve([]) : readTruths(reader, metric, range, subjects));

interface NetRow {
  subject: string;
  grp: string;
  day: Day;
  currency: string;
  present: boolean;
  source: string;
  at: number;
  value: bigint;
}

const GROUP: Record<MatchBy, { grp: string; join: string }> = {
  person: { grp: 'coalesce(i.customer, n.subject)', join: 'left join model.identifiers i on i.node = n.subject' },
  purchase: { grp: 'coalesce(p.purchase, n.subject)', join: 'left join model.parts p on p.ref = n.subject' },
  checkout: { grp: 'n.subject', join: '' },
};

// A retraction repeats all that its assertion said, so what is left of a subject is what holds now.
async function readTruths(
  reader: Reader,
  metric: ReconciledMetric,
  range: Range,
  subjects?: readonly string[],
): Promise<Truth[]> {
  const { grp, join } = GROUP[metric.by];
  const { rows } = await reader.query<NetRow>(
    `with n as materialized (
       select subject, day, currency, customer_present as present, source, occurred_at, sum(delta)::bigint as value
       from model.contributions
       where metric = $1 and day between $2 and $3 ${subjects ? 'and subject = any($4::text[])' : ''}
       group by 1, 2, 3, 4, 5, 6 having sum(delta) <> 0
     )
     select n.subject, ${grp} as grp, n.day, n.currency, n.present, n.source,
       (extract(epoch from n.occurred_at) * 1000)::float8 as at, n.value
     from n ${join}`,
    subjects ? [metric.truth, ...range, subjects] : [metric.truth, ...range],
  );
  return merge(rows, metric.unit === 'money');
}

/** Counts: one truth per subject. Money: one per purchase, day and currency, because a client reports an order, not its captures. */
function merge(rows: readonly NetRow[], money: boolean): Truth[] {
  const truths = new Map<string, Truth>();
  for (const row of rows) {
    const key = `${row.day} ${row.currency} ${row.present} ${money ? row.grp : row.subject}`;
    const same = truths.get(key);
    if (!same)
      truths.set(key, {
        id: row.subject,
        group: row.grp,
        day: row.day,
        at: row.at,
        currency: row.currency,
        value: row.value,
        present: row.present,
        source: row.source,
      });
    else {
      same.value += row.value;
      same.at = Math.min(same.at, row.at);
      if (compareText(row.subject, same.id) < 0) same.id = row.subject;
    }
  }
  return [...truths.values()].filter((truth) => truth.value !== 0n);
}

/** The group of every key that truth knows. */
export async function groupsOf(reader: Reader, by: MatchBy, keys: readonly Key[]): Promise<Map<Key, string>> {
  if (keys.length === 0) return new Map();
  const { rows } = await reader.query<{ key: Key; grp: string }>(GROUPS_OF[by], [keys]);
  return new Map(rows.map(({ key, grp }) => [key, grp]));
}

// A purchase may have several checkouts: another of its ids names a checkout only where there is one.
const ONE_CHECKOUT = `select o.ref as key, min(c.ref) as grp from model.parts o join model.parts c on c.purchase = o.purchase and c.kind = 'checkout'`;
const GROUPS_OF: Record<MatchBy, string> = {
  person: 'select node as key, customer as grp from model.identifiers where node = any($1::text[])',
  purchase: 'select ref as key, purchase as grp from model.parts where ref = any($1::text[])',
  checkout: `select ref as key, ref as grp from model.parts where ref = any($1::text[]) and kind = 'checkout'
    union all (${ONE_CHECKOUT} where o.ref = any($1::text[]) and o.kind <> 'checkout' group by o.ref having count(*) = 1)`,
};

/** A key of a group; for parts of a purchase with its state. */
export interface GroupKey {
  grp: string;
  key: Key;
  status: string | null;
}

/** All that truth knows the groups by: identifiers of persons, parts of purchases. */
export async function keysOf(reader: Reader, by: MatchBy, groups: readonly string[]): Promise<GroupKey[]> {
  if (groups.length === 0) return [];
  const { rows } = await reader.query<GroupKey>(KEYS_OF[by], [groups]);
  return rows.sort((a, b) => compareText(a.grp, b.grp) || compareText(a.key, b.key));
}

const KEYS_OF: Record<MatchBy, string> = {
  person: 'select customer as grp, node as key, null as status from model.identifiers where customer = any($1::text[])',
  purchase: 'select purchase as grp, ref as key, status from model.parts where purchase = any($1::text[])',
  checkout: `select c.ref as grp, o.ref as key, o.status from model.parts c join model.parts o on o.purchase = c.purchase
    where c.ref = any($1::text[]) and c.kind = 'checkout' and (o.ref = c.ref or (o.kind <> 'checkout' and 1 =
      (select count(*) from model.parts s where s.purchase = c.purchase and s.kind = 'checkout')))`,
};

/** Browser-side identifiers of whoever stands behind some subjects. */
export async function personKeysOf(
  reader: Reader,
  by: MatchBy,
  subjects: readonly string[],
): Promise<{ subject: string; key: Key }[]> {
  if (subjects.length === 0) return [];
  const party =
    by === 'person' ? 'select node as subject, customer from model.identifiers where node = any($1::text[])' : PARTY_OF;
  const { rows } = await reader.query<{ subject: string; key: Key }>(
    `with party as (${party})
     select party.subject, i.node as key from party join model.identifiers i on i.customer = party.customer
     where i.node like 'user:%' or i.node like 'anonymous:%' order by 1, 2`,
    [subjects],
  );
  return rows;
}
const PARTY_OF = `select p.ref as subject, i.customer from model.parts p join model.identifiers i on i.node = p.party where p.ref = any($1::text[])`;

/** What some persons and devices last said of analytics. */
export async function consentsOf(reader: Reader, nodes: readonly Key[]): Promise<(Consent & { node: Key })[]> {
  const asked = nodes.filter((node) => node.startsWith('user:') || node.startsWith('anonymous:'));
  if (asked.length === 0) return [];
  const { rows } = await reader.query<Consent & { node: Key }>(
    `select i.node, e.value -> 'fields' ->> 'analytics' as analytics, (e.value -> 'fields' ->> 'at')::float8 as at, e.value ->> 'entryId' as "entryId"
     from model.identifiers i cross join lateral json_each(i.doc -> 'effects') e
     where i.node = any($1::text[]) and e.value ->> 'type' = 'ConsentChanged' order by 3, 1`,
    [asked],
  );
  return rows;
}

/** What a payment says of how and where somebody paid; one object may stand for many. */
export type Payment = Readonly<{ payment_method?: string; country?: string }>;

/** How purchases were paid and in which country the card was issued, where their payments say so. */
export async function paymentsOf(reader: Reader, purchases: readonly string[]): Promise<Map<string, Payment>> {
  if (purchases.length === 0) return new Map();
  const { rows } = await reader.query<Paid>(
    "select purchase as of, doc from model.parts where purchase = any($1::text[]) and kind = 'payment'",
    [purchases],
  );
  return saidBy(rows);
}

/** Documents that are in memory at once. */
const DOCUMENTS_MAX = 5_000;

/** The same by any part of a purchase. */
export async function paymentsBehind(reader: Reader, parts: readonly Key[]): Promise<Map<Key, Payment>> {
  const found = new Map<Key, Payment>();
  for (let from = 0; from < parts.length; from += DOCUMENTS_MAX) {
    const { rows } = await reader.query<Paid>(
      `select o.ref as of, p.doc from model.parts o join model.parts p on p.purchase = o.purchase and p.kind = 'payment'
       where o.ref = any($1::text[])`,
      [parts.slice(from, from + DOCUMENTS_MAX)],
    );
    for (const [part, payment] of saidBy(rows)) found.set(part, payment);
  }
  return found;
}

// Documents are read here: PostgreSQL would parse one again for each member it is asked for.
function saidBy(rows: readonly Paid[]): Map<string, Payment> {
  const found = new Map<string, Payment>();
  const shared = new Map<string, Payment>();
  for (const { of, doc } of rows) {
    for (const { type, fields } of Object.values(doc.effects ?? {})) {
      if (type !== 'PaymentCaptured') continue;
      const known = found.get(of) ?? {};
      // Of several payments the last by name, so that their order does not matter.
      const [method, country] = [later(known.payment_method, fields.method), later(known.country, fields.country)];
      const name = `${method ?? ''}${SEPARATOR}${country ?? ''}`;
      let payment = shared.get(name);
      if (!payment)
        shared.set(name, (payment = { ...(method && { payment_method: method }), ...(country && { country }) }));
      found.set(of, payment);
    }
  }
  return found;
}

interface Paid {
  of: string;
  doc: { effects?: Record<string, Captured> };
}

interface Captured {
  type: string;
  fields: { method?: string | null; country?: string | null };
}

const later = (a: string | undefined, b: string | null | undefined): string | undefined =>
  a !== undefined && (b == null || compareText(a, b) > 0) ? a : (b ?? undefined);

/** Tax and shipping within the orders of some purchases, in minor units. */
export async function orderExtras(reader: Reader, purchases: readonly string[]): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  if (purchases.length === 0) return found;
  const { rows } = await reader.query<{ purchase: string; extras: bigint }>(
    `select p.purchase, sum(coalesce((e.value -> 'fields' ->> 'tax')::bigint, 0) + coalesce((e.value -> 'fields' ->> 'shipping')::bigint, 0))::bigint as extras
     from model.parts p cross join lateral json_each(p.doc -> 'effects') e
     where p.purchase = any($1::text[]) and p.kind = 'order' and e.value ->> 'type' = 'OrderPlaced' group by p.purchase`,
    [purchases],
  );
  for (const { purchase, extras } of rows) found.set(purchase, extras);
  return found;
}

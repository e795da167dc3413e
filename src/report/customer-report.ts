import type pg from 'pg';
import type { Channels } from '../catalog/channels.js';
import { nodesMeant } from '../catalog/identifiers.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Vault } from '../ledger/vault.js';
import { linksReport } from './customer-links.js';

interface CustomerRow {
  customer: string;
  user_id: string | null;
  signed_up_at: Date | null;
  first_touch_at: Date | null;
  source: string;
  medium: string;
  campaign: string;
  unknown_reason: string | null;
  first_payment_ref: string | null;
  first_payment_at: Date | null;
}

export interface CustomerDeps {
  pool: pg.Pool;
  vault: Vault;
  ledger: Ledger;
  channels: Channels;
  /** When somebody with these identifiers was erased. */
  erasedAt?: (identifiers: readonly string[]) => Promise<Date | undefined>;
}

/**
 * A customer by any of its identifiers: canonical (`user:u1`), plain (`u1`, `cus_1`) or an e-mail address, which is only hashed.
 * Old ids stay good after a merge. Undefined when nobody has the id.
 */
export async function customerReport(
  { pool, vault, ledger, channels, erasedAt }: CustomerDeps,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const canonical = await customerIdOf({ pool, vault }, id);
  if (!canonical) return undefined;
  const [customer, links, parts, touches, numbers] = await Promise.all([
    pool.query<CustomerRow>('select * from model.customers where customer = $1', [canonical]),
    linksReport(pool, ledger, canonical),
    pool.query<PartRow>(
      `select p.ref, p.kind, p.purchase, p.at, p.day, p.amount_minor, p.currency, p.status from model.parts p
       left join model.identifiers i on i.node = p.party
       where coalesce(i.customer, p.party) = $1 and p.party in (select node from model.identifiers where customer = $1)
       order by p.at nulls last, p.ref limit 1000`,
      [canonical],
    ),
    pool.query<TouchRow>(
      `select t.node, t.at, t.source, t.medium, t.campaign, t.landing_page, t.entry_id
       from model.touches t join model.identifiers i on i.node = t.node
       where i.customer = $1 order by t.at, t.entry_id limit 1000`,
      [canonical],
    ),
    pool.query<NumberRow>(IN_NUMBERS, [canonical]),
  ]);
  return {
    id: canonical,
    erased_at: iso(await erasedAt?.(links.identifiers)),
    ...about(customer.rows[0], channels),
    ...links,
    touches: touches.rows.map((row) => ({ ...row, at: iso(row.at), channel: channels.of(row.source, row.medium) })),
    purchases: parts.rows.map(partJson),
    numbers: numbers.rows
      .map(({ occurred_at: at, ...row }) => ({ ...row, at: iso(at), delta: String(row.delta) }))
      .reverse(),
  };
}

/** What a customer and its purchases add to the metrics as they are known now, the newest first: what was retracted again is left out. */
const IN_NUMBERS = `select metric, subject, day, currency, sum(delta) as delta, fact, entry_id, occurred_at from model.contributions
   where subject in (select node from model.identifiers where customer = $1
     union all select p.ref from model.parts p join model.identifiers i on i.node = p.party where i.customer = $1)
   group by metric, subject, day, currency, fact, entry_id, occurred_at having sum(delta) <> 0
   order by occurred_at desc, metric desc, subject desc limit 1000`;

interface NumberRow {
  metric: string;
  subject: string;
  day: string;
  currency: string;
  delta: string;
  fact: string;
  entry_id: string;
  occurred_at: Date;
}

interface TouchRow {
  node: string;
  at: Date;
  source: string | null;
  medium: string;
  campaign: string;
  landing_page: string | null;
  entry_id: string;
}

interface PartRow {
  ref: string;
  kind: string;
  purchase: string;
  at: Date | null;
  day: string | null;
  amount_minor: bigint | null;
  currency: string | null;
  status: string | null;
}

/** The canonical id of the customer whom any identifier names; undefined when nobody has it. */
export async function customerIdOf(
  { pool, vault }: Pick<CustomerDeps, 'pool' | 'vault'>,
  id: string,
): Promise<string | undefined> {
  const { rows } = await pool.query<{ customer: string }>(
    'select customer from model.identifiers where node = any($1) order by array_position($1, node) limit 1',
    [nodesMeant(id, vault)],
  );
  return rows[0]?.customer;
}

const iso = (time: Date | null | undefined): string | null => time?.toISOString() ?? null;

const about = (row: CustomerRow | undefined, channels: Channels) => ({
  user_id: row?.user_id ?? null,
  signed_up_at: iso(row?.signed_up_at),
  first_touch: {
    at: iso(row?.first_touch_at),
    source: row?.source ?? 'unknown',
    medium: row?.medium ?? '',
    campaign: row?.campaign ?? '',
    channel: channels.of(row?.source, row?.medium),
    ...(row ? (row.unknown_reason ? { unknown_reason: row.unknown_reason } : {}) : { unknown_reason: 'no_touch' }),
  },
  first_payment: row?.first_payment_ref ? { ref: row.first_payment_ref, at: iso(row.first_payment_at) } : null,
});

const partJson = (row: PartRow) => ({
  ref: row.ref,
  kind: row.kind,
  purchase: row.purchase,
  at: iso(row.at),
  day: row.day,
  ...(row.amount_minor !== null && row.currency
    ? { amount: { amount_minor: String(row.amount_minor), currency: row.currency } }
    : {}),
  status: row.status,
});

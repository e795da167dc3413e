import type { Clock } from '../../kernel/clock.js';
import { addDays, type Zone } from '../../kernel/day.js';
import type { Database } from '../../storage/database.js';
import type { BookProblem, Books } from '../books/books.js';
import type { Waiver } from '../period.js';
import type { PeriodDays, TieOuts, TieOutState } from '../tie-outs.js';

/** Something that keeps a period from being closed. */
export interface Blocker {
  kind: BlockerKind;
  /** A sentence for people. */
  detail: string;
  /** Where to see more and settle it, a path of this API. */
  link: string;
  /** Of how many things it speaks, and what the first of them are called. */
  count?: number;
  objects?: readonly string[];
  provider?: string;
  currency?: string;
  /** Whether `force` closes in spite of it. */
  forceable: boolean;
}

export type BlockerKind =
  | 'incomplete'
  | 'dead_letters'
  | 'projection_lag'
  | BookProblem['kind']
  | 'tie_out_pending'
  | 'tie_out_differs'
  | 'no_tie_out';

export interface BlockerDeps {
  database: Database;
  books: Books;
  tieOuts: TieOuts;
  completeness: { incomplete(from: Date, until: Date, now: Date): Promise<Date[]> };
  clock: Clock;
  zone: Zone;
}

/** How far what reads the ledger has come. */
export interface Reach {
  head: number;
  /** Of a read model of this version; 0 while there is none. */
  model: number;
  books: number;
}

const OBJECTS_MAX = 20;

/** All that keeps a period from being closed, as known at a position. What a waiver has lifted is left out. */
export async function blockersOf(
  deps: BlockerDeps,
  period: PeriodDays,
  reach: Reach,
  waivers: readonly Pick<Waiver, 'provider'>[],
): Promise<Blocker[]> {
  const found = [...lagging(reach), ...(await incompleteness(deps, period)), ...(await deadLetters(deps))];
  if (reach.model < reach.head) return found; // what follows would be asked of numbers that are not there yet
  const upTo = Math.min(reach.model, reach.books);
  found.push(...bookBlockers(await deps.books.problems({ from: period.from, to: period.to, upTo }), period));
  const waived = new Set(waivers.map(({ provider }) => provider));
  for (const state of await deps.tieOuts.state(period)) found.push(...tieOutBlockers(state, period, waived));
  return found;
}

const lagging = ({ head, model, books }: Reach): Blocker[] =>
  Math.min(model, books) >= head
    ? []
    : [
        {
          kind: 'projection_lag',
          detail: `The ${model < head ? 'read model' : 'books'} show the ledger up to position ${Math.min(model, books)} of ${head}: wait until they have caught up.`,
          link: '/health/ready',
          forceable: false,
        },
      ];

async function incompleteness(
  { completeness, clock, zone }: BlockerDeps,
  { from, to }: PeriodDays,
): Promise<Blocker[]> {
  const until = new Date(zone.startOf(addDays(to, 1)));
  const hours = await completeness.incomplete(new Date(zone.startOf(from)), until, clock());
  if (hours.length === 0) return [];
  return [
    {
      kind: 'incomplete',
      detail: `In ${said(hours.length, 'hour', 'hours')} something that a provider lists may not be in the ledger: fetch it with a backfill.`,
      link: `/v1/completeness?from=${from}&to=${to}`,
      count: hours.length,
      objects: hours.slice(0, OBJECTS_MAX).map((hour) => hour.toISOString()),
      forceable: true,
    },
  ];
}

/** Every open letter that blocks: what it would have meant, and in which period, nobody knows. */
async function deadLetters({ database }: BlockerDeps): Promise<Blocker[]> {
  const { rows } = await database.pool.query<{ count: number; ids: string[] }>(
    `select count(*)::int as count, coalesce((array_agg(id::text order by number))[1:${OBJECTS_MAX}], '{}') as ids
     from ingest.dead_letters where blocks and resolved_at is null`,
  );
  const { count, ids } = rows[0]!;
  if (count === 0) return [];
  return [
    {
      kind: 'dead_letters',
      detail: `${said(count, 'dead letter is', 'dead letters are')} open, and may be about this period: replay or dismiss ${count === 1 ? 'it' : 'them'}.`,
      link: '/v1/dead-letters?resolved=false',
      count,
      objects: ids,
      forceable: true,
    },
  ];
}

const SENTENCES: Readonly<Record<BookProblem['kind'], string>> = {
  suspense: 'no rule posts it, so it is in suspense',
  unbalanced: 'debits and credits differ',
  without_balance_transaction: 'the balance transaction is not there yet',
  fx_rate_missing: 'there is no exchange rate for it',
  opening_balance_missing: 'there is no opening balance',
};

function bookBlockers(problems: readonly BookProblem[], { from, to }: PeriodDays): Blocker[] {
  const kinds = [...new Set(problems.map(({ kind }) => kind))].sort();
  return kinds.map((kind) => {
    const these = problems.filter((each) => each.kind === kind);
    const objects = these.slice(0, OBJECTS_MAX).map(({ object }) => object);
    return {
      kind,
      detail: `Of ${said(these.length, 'item', 'items')} ${SENTENCES[kind]}: ${these[0]!.detail}`,
      link: `/v1/books/problems?from=${from}&to=${to}`,
      count: these.length,
      objects,
      forceable: kind !== 'unbalanced',
    };
  });
}

function tieOutBlockers(state: TieOutState, { id }: PeriodDays, waived: ReadonlySet<string>): Blocker[] {
  const { provider, currency, status, reason, link } = state;
  const what = { provider, currency, link };
  if (status === 'tied') return [];
  if (status === 'differs')
    return [
      { kind: 'tie_out_differs', detail: `${provider} ${currency} differs from the ledger.`, ...what, forceable: true },
    ];
  if (status === 'pending')
    return [
      {
        kind: 'tie_out_pending',
        ...what,
        forceable: true,
        detail: `${provider} ${currency} is not tied out: ${reason ?? 'it is to be compared.'}`,
      },
    ];
  if (waived.has(provider)) return [];
  return [
    {
      kind: 'no_tie_out',
      ...what,
      forceable: false,
      detail: `Money of ${provider} in ${currency} is tied out with nothing: tie it out, or let somebody answer for it with POST /v1/periods/${id}/waive.`,
    },
  ];
}

const said = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** Money that nothing ties out, by the provider that the postings name, else `unknown`; for a service without tie-outs. */
export const withoutTieOuts = (books: Books): TieOuts => ({
  async state({ id, from, to }) {
    const found = new Map<string, TieOutState>();
    for await (const { object, currency } of books.lines({ from, to })) {
      if (object === undefined) continue;
      const provider = /^(stripe|square|adyen):/.exec(object)?.[1] ?? 'unknown';
      const link = `/v1/periods/${id}/journal`;
      found.set(`${provider} ${currency}`, { provider, currency, status: 'none', link });
    }
    return [...found.keys()].sort().map((key) => found.get(key)!);
  },
});

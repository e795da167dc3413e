import type { Day, Zone } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import { type DecisionContext, decideAndAppend, type Folding } from '../../ledger/decide-and-append.js';
import type { Ledger, Position } from '../../ledger/ledger.js';
import { decisionStream } from '../../ledger/streams.js';
import { assertInYears } from '../fiscal-calendar.js';
import type { MoneyNews } from '../journal/money-objects.js';

/** What a provider held for us at the beginning of a day, before the first entry of this ledger. */
export interface OpeningBalance {
  provider: string;
  /** ISO 4217, upper case: the currency of settlement. */
  currency: string;
  day: Day;
  /** Minor units; negative where we owed the provider. */
  amount: bigint;
}

// The name and the fields of the data are the stored format.
interface Event {
  type: typeof OPENING_BALANCE_SET;
  data: { provider: string; currency: string; day: Day; amount_minor: string };
}

export const OPENING_BALANCE_SET = 'OpeningBalanceSet';

const folding: Folding<Event['data'] | undefined, Event> = { initial: undefined, evolve: (_, { data }) => data };

/**
 * Decides an opening balance and records it in the ledger; the same again changes nothing, another one takes the place of the last.
 * Resolves with the ledger position of the decision in force. Throws Problem `invalid_request` for a day that no books are of.
 */
export async function setOpeningBalance(
  ledger: Ledger,
  { provider, currency, day, amount }: OpeningBalance,
  context: DecisionContext,
): Promise<Position> {
  assertInYears(day);
  const data = { provider, currency, day, amount_minor: String(amount) };
  const appended = await decideAndAppend(
    ledger,
    decisionStream('opening_balance', `${provider}.${currency}`),
    folding,
    (known) =>
      known?.day === day && known.amount_minor === data.amount_minor ? [] : [{ type: OPENING_BALANCE_SET, data }],
    context,
  );
  if ('refused' in appended) throw new Problem('invalid_request', appended.detail);
  return appended.position;
}

/** What the books learn from the decision. */
export function openingNews(body: string, zone: Pick<Zone, 'startOf'>): MoneyNews {
  const { provider, currency, day, amount_minor: amount } = JSON.parse(body) as Event['data'];
  const opening = { ref: `opening:${provider}:${currency}`, day, at: zone.startOf(day), amount, currency };
  return { provider: '', facts: [], opening };
}

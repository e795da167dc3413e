import type { AccountKey } from '../journal/chart-of-accounts.js';
import { converted, type Rate } from './rates.js';

/** What is held of a currency in one account, and in which account of the operator's where rules divide that. */
export interface Holding {
  account: AccountKey;
  currency: string;
  /** Of the operator's account; undefined where a currency divides it alone. */
  code?: string | undefined;
  balance: bigint;
  /** What the balance stands at in the functional currency: what came in at its day's rate, less what left at the average. */
  carried: bigint;
}

type Place = Pick<Holding, 'account' | 'currency' | 'code'>;

/** As the end of a period keeps them; amounts are decimal texts of minor units. */
export type HoldingJson = Place & { balance: string; carried: string };

/** What is held in monetary accounts. Whatever leaves one leaves at its own average, so that of nothing no worth is left. */
export class Holdings {
  private readonly held = new Map<string, Holding>();

  constructor(begun: readonly HoldingJson[] = []) {
    for (const { balance, carried, ...place } of begun)
      this.held.set(keyOf(place), { ...place, balance: BigInt(balance), carried: BigInt(carried) });
  }

  /** Adds an amount, or takes it away. Resolves what it is worth; `spot`: at the rate of the day. */
  move(place: Place, amount: bigint, spot: bigint): bigint {
    const key = keyOf(place);
    const held = this.held.get(key) ?? { ...place, balance: 0n, carried: 0n };
    const functional = valueOf(held, amount, spot);
    this.held.set(key, { ...held, balance: held.balance + amount, carried: held.carried + functional });
    return functional;
  }

  /** What each would gain at a rate, in a fixed order; none of those without a rate or a gain. */
  *gains(rateOf: (currency: string) => Rate | undefined): Generator<Holding & { gain: bigint; rate: Rate }> {
    for (const held of [...this.held.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
      const rate = rateOf(held.currency);
      if (held.balance === 0n || !rate) continue;
      const gain = converted(held.balance, rate) - held.carried;
      if (gain !== 0n) yield { ...held, gain, rate };
    }
  }

  json(): HoldingJson[] {
    return [...this.held.values()].map(({ balance, carried, ...place }) => ({
      ...place,
      balance: String(balance),
      carried: String(carried),
    }));
  }
}

/** What an amount is worth that is added to or taken from what is held; `spot` at the rate of the day. */
function valueOf({ balance, carried }: Holding, amount: bigint, spot: bigint): bigint {
  const takes = balance !== 0n && amount !== 0n && balance > 0n !== amount > 0n;
  if (!takes) return spot;
  const [size, held] = [abs(amount), abs(balance)];
  if (size < held) return -((carried * size) / held);
  // All of it leaves; what goes beyond it is held the other way round, at the rate of the day.
  return -carried + spot - (spot * held) / size;
}

const abs = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const keyOf = ({ account, currency, code = '' }: Place): string => `${account} ${currency} ${code}`;

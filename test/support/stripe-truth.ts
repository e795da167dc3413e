/** What a generated history must come to, worked out beside the service: from what happened, not from what was told. */
export class Truth {
  /** `metric|day|currency` to its sum; days of UTC, currencies upper case, money in minor units. */
  readonly sums = new Map<string, bigint>();
  /** Net money by currency in the provider's own units: what came in, less what went out. */
  readonly moved = new Map<string, bigint>();

  count(metric: string, at: number, by = 1n): void {
    this.add(`${metric}|${dayOf(at)}|`, by);
  }

  /** Money of a metric in the provider's units; `toUs` is its sign in what we own, 0 for what moves no money. */
  money(metric: string, at: number, currency: string, sent: number, toUs: -1 | 0 | 1): void {
    this.add(`${metric}|${dayOf(at)}|${currency.toUpperCase()}`, minorOf(sent, currency));
    const moved = this.moved.get(currency) ?? 0n;
    this.moved.set(currency, moved + BigInt(toUs) * BigInt(sent));
  }

  /** Money in minor units. */
  value(metric: string, at: number, currency: string, minor: bigint): void {
    this.add(`${metric}|${dayOf(at)}|${currency.toUpperCase()}`, minor);
  }

  private add(key: string, by: bigint): void {
    const sum = (this.sums.get(key) ?? 0n) + by;
    if (sum === 0n) this.sums.delete(key);
    else this.sums.set(key, sum);
  }
}

export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Krónur and shillings are sent in hundredths, which they do not have; everything else here as it is counted. */
export const minorOf = (sent: number, currency: string): bigint =>
  currency === 'isk' || currency === 'ugx' ? BigInt(sent) / 100n : BigInt(sent);

/** Amounts of a currency come in steps of this, as Stripe sends them. */
export const stepOf = (currency: string): number =>
  currency === 'isk' || currency === 'ugx' ? 100 : currency === 'bhd' || currency === 'kwd' ? 10 : 1;

/** Two decimals, none, three, and the special cases. */
export const CURRENCIES = ['usd', 'eur', 'jpy', 'krw', 'clp', 'bhd', 'kwd', 'isk', 'ugx', 'huf', 'twd'] as const;

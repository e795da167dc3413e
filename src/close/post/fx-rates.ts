import type { Day } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import { type DecisionContext, decideAndAppend, type Folding, refused } from '../../ledger/decide-and-append.js';
import type { Ledger, Position } from '../../ledger/ledger.js';
import { decisionStream } from '../../ledger/streams.js';
import type { FxRate } from './books-store.js';
import { assertInYears } from '../fiscal-calendar.js';

/** Units of `quote` for one unit of `base` on a day, as a source says; a decimal such as `1.0832`. */
export interface RateToRecord {
  source: string;
  base: string;
  quote: string;
  day: Day;
  rate: string;
}

// The name and the fields of the data are the stored format.
interface Event {
  type: typeof FX_RATE_RECORDED;
  data: RateToRecord;
}

export const FX_RATE_RECORDED = 'FxRateRecorded';

const folding: Folding<Readonly<Record<Day, string>>, Event> = {
  initial: {},
  evolve: (rates, { data }) => ({ ...rates, [data.day]: data.rate }),
};

/**
 * Records rates in the ledger. The same rate again changes nothing; a rate is never restated, so another one for the same source, pair
 * and day is Problem `restated`, and then none of that pair's rates is recorded; a day that no books are of is `invalid_request`, and then none is. Resolves with the number of new ones.
 */
export async function recordRates(
  ledger: Ledger,
  rates: readonly RateToRecord[],
  context: DecisionContext,
): Promise<number> {
  assertInYears(...new Set(rates.map(({ day }) => day)));
  let recorded = 0;
  for (const [stream, group] of byStream(rates)) {
    const appended = await decideAndAppend(ledger, stream, folding, (known) => decide(known, group), context);
    if ('refused' in appended) throw new Problem('restated', appended.detail);
    recorded += appended.events.length;
  }
  return recorded;
}

function decide(known: Readonly<Record<Day, string>>, rates: readonly RateToRecord[]) {
  const events: Event[] = [];
  const now: Record<Day, string> = { ...known };
  for (const data of rates) {
    const other = now[data.day];
    if (other === data.rate) continue;
    if (other !== undefined) {
      const { source, base, quote, day, rate } = data;
      return refused(
        'restated',
        `${source} has the rate ${other} for ${base}/${quote} on ${day}: a recorded rate is never restated, so ${rate} was not taken.`,
      );
    }
    now[data.day] = data.rate;
    events.push({ type: FX_RATE_RECORDED, data });
  }
  return events;
}

/** One stream for each source, pair and year, so that none becomes long. */
function byStream(rates: readonly RateToRecord[]): Map<string, RateToRecord[]> {
  const groups = new Map<string, RateToRecord[]>();
  for (const rate of rates) {
    const year = rate.day.slice(0, 4);
    const stream = decisionStream('fx_rate', `${rate.source}.${rate.base}.${rate.quote}.${year}`);
    groups.set(stream, [...(groups.get(stream) ?? []), { ...rate, rate: plain(rate.rate) }]);
  }
  return groups;
}

/** `01.0830` and `1.083` are one rate. */
const plain = (rate: string): string => {
  const [whole, fraction = ''] = rate.split('.');
  const [left, right] = [whole!.replace(/^0+(?=\d)/, ''), fraction.replace(/0+$/, '')];
  return right === '' ? left : `${left}.${right}`;
};

export const rateIn = (body: string, position: Position): FxRate => ({
  ...(JSON.parse(body) as RateToRecord),
  position,
});

import { addDays, type Day } from '../../kernel/day.js';
import { BASELINE_DAYS } from '../drift/drift.js';
import type { History } from '../drift/judge.js';
import type { DayKey } from '../compare/outcome.js';
import { historyBetween } from '../store/result-store.js';
import type { Reader } from '../source.js';

/**
 * The days before each day of a run, which are recorded while it goes on: each is read once, as it was then. Days must be asked for in
 * their order.
 */
export class RunHistory {
  private readonly rows = new Map<string, { to: Day; rows: History }>();

  constructor(private readonly reader: Reader) {}

  async before(key: DayKey, currency: string): Promise<History> {
    const first = addDays(key.day, -BASELINE_DAYS);
    const last = addDays(key.day, -1);
    const name = `${key.source} ${key.metric} ${currency}`;
    const known = this.rows.get(name);
    const kept = known?.rows.filter(({ day }) => day >= first) ?? [];
    const from = known && known.to >= first ? addDays(known.to, 1) : first;
    const rows =
      from > last ? kept : [...kept, ...(await historyBetween(this.reader, key, currency, { from, to: last }))];
    this.rows.set(name, { to: last, rows });
    return rows;
  }
}

import { IdFilter } from './id-table.js';
import { hashOf, idAt, type Lines } from './lines.js';
import type { Key } from '../source.js';

/** Ids of events that had no truth of their day when they came, with the last day of each. Of most truths a filter tells that they are none. */
export class Strangers {
  private readonly days = new Map<Key, number>();
  private filter = new IdFilter();

  add(lines: Lines, line: number, nth: number): void {
    const key = idAt(lines, line);
    this.days.delete(key); // or the map keeps the former key, and with it the text of the day that it is cut from
    this.days.set(key, nth);
    if (!this.filter.fits(1)) this.filter = new IdFilter([Int32Array.from(this.days.keys(), hashOf)]);
    this.filter.add(lines.hashes[line]!);
  }

  has(lines: Lines, line: number): boolean {
    return this.filter.has(lines.hashes[line]!) && this.days.has(idAt(lines, line));
  }

  keys(): Iterable<Key> {
    return this.days.keys();
  }

  /** Forgets those that came last before this day. */
  forget(nth: number): void {
    for (const [key, last] of this.days) if (last < nth) this.days.delete(key);
  }
}

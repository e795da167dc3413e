import { type Day, daysBetween } from '../../kernel/day.js';
import { type DayData, resentOf, SEARCH_DAYS, withoutCounterpart } from './load-day.js';
import { pair, type Tracked, type Truth } from '../match.js';
import { type PlainPairs, plainTruth, type Sifted, type UnseenTruths } from '../sift/sift.js';

const NONE: UnseenTruths = { count: 0, ids: [], at: [] };

/** Days that were loaded together: what is plain or unseen as PostgreSQL packed it, and what is neither as it is. */
export class LoadedDays {
  private readonly truths: ByDayAndGroup<Truth>;
  private readonly tracked: ByDayAndGroup<Tracked>;

  constructor(
    private readonly sifted: Pick<Sifted, 'plain' | 'unseen' | 'serverSide'>,
    truths: readonly Truth[],
    tracked: readonly Tracked[],
  ) {
    this.truths = byDayAndGroup(truths);
    this.tracked = byDayAndGroup(tracked);
  }

  plainOn(day: Day): readonly PlainPairs[] {
    return this.sifted.plain.get(day) ?? [];
  }

  serverSideOn(day: Day): number {
    return this.sifted.serverSide.get(day) ?? 0;
  }

  /** Truths that no event names, each as its own group. */
  unseenOn(day: Day): Truth[] {
    const { ids, at } = this.sifted.unseen.get(day) ?? NONE;
    return ids.map((id, index) => plainTruth(day, id, at[index]!));
  }

  /** Truths of the day that are neither plain nor unseen. */
  truthsOn(day: Day): readonly Truth[] {
    return this.truths.on.get(day) ?? [];
  }

  /** How many truths a day has. */
  sizeOf(day: Day): number {
    const plain = this.plainOn(day).reduce((sum, { count }) => sum + count, 0);
    return plain + (this.sifted.unseen.get(day) ?? NONE).count + this.truthsOn(day).length;
  }

  /** Groups without a counterpart on the day; `unseen`: its truths that no event names. */
  aloneOn(day: Day, unseen: readonly Truth[]): string[] {
    return withoutCounterpart([...this.truthsOn(day), ...unseen], this.tracked.on.get(day) ?? []);
  }

  dataOf(day: Day, unseen: readonly Truth[]): DayData {
    const own = { truths: this.truthsOn(day), tracked: this.tracked.on.get(day) ?? [] };
    const alone = withoutCounterpart(own.truths, own.tracked);
    const truths = [...own.truths, ...unseen, ...near(this.truths.of, alone, day)];
    const tracked = [...own.tracked, ...near(this.tracked.of, alone, day)];
    const plain = this.plainOn(day);
    const resent = plain.reduce((sum, pairs) => sum + pairs.resent, resentOf(own.tracked));
    return { truths, tracked, pairing: pair(truths, tracked), keys: [], resent, plain };
  }
}

interface ByDayAndGroup<T> {
  on: ReadonlyMap<Day, T[]>;
  of: ReadonlyMap<string, T[]>;
}

const byDayAndGroup = <T extends Tracked | Truth>(all: readonly T[]): ByDayAndGroup<T> => ({
  on: Map.groupBy(all, ({ day }) => day),
  of: Map.groupBy(all, ({ group }) => group),
});

const near = <T extends Tracked | Truth>(of: ReadonlyMap<string, T[]>, groups: readonly string[], day: Day): T[] =>
  groups.flatMap((group) =>
    (of.get(group) ?? []).filter((each) => each.day !== day && Math.abs(daysBetween(each.day, day)) <= SEARCH_DAYS),
  );

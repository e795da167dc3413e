import type { Day, Zone } from '../../kernel/day.js';
import { batchLookups } from './batch-lookups.js';
import { type SubjectTag, tagsOf } from './evidence.js';
import { windowOf } from './load-day.js';
import type { LoadedDays } from './loaded-days.js';
import { type Lookups, lookupsOf } from './lookups.js';
import { REACH_DAYS, type Truth } from '../match.js';
import type { ReconciledMetric } from '../reconciled-metrics.js';
import { withinSavepoint } from './savepoint.js';
import { idOf } from '../sift/sift.js';
import type { Reader, SourceReader } from '../source.js';
import { type GroupKey, groupsOf, keysOf } from './truth-queries.js';

/** Truths of the days about which is asked together, but for a day that has more: what is known of so many fits into memory. */
const BATCH_MAX = 30_000;

export interface BatchesGiven {
  reader: Reader;
  source: SourceReader;
  metric: ReconciledMetric;
  zone: Zone;
  subjectTag?: SubjectTag;
  log?: (line: string, error: unknown) => void;
  /** Has the reader to itself until the work is done, and can be gone on with when that fails. */
  aside: <T>(work: () => Promise<T>) => Promise<T>;
}

/** What is found out about some days together. */
export interface DaysKnown {
  days: readonly Day[];
  /** By the id of a truth that no event names. */
  groups: ReadonlyMap<string, string>;
  /** What truth knows the groups without counterpart by. */
  keys: ReadonlyMap<string, GroupKey[]>;
  /** From what a day asks on its own. */
  lookups: (alone: Lookups) => Lookups;
}

/** Days in batches; one is kept at a time, and the next one asked about ahead. */
export class DayBatches {
  private readonly batchOf = new Map<Day, readonly Day[]>();
  private readonly batches: (readonly Day[])[] = [];
  private kept: DaysKnown | undefined;
  private next: { days: readonly Day[]; known: Promise<DaysKnown> } | undefined;

  constructor(
    private readonly given: BatchesGiven,
    days: readonly Day[],
    private readonly loaded: LoadedDays,
  ) {
    let batch: Day[] = [];
    let size = 0;
    for (const day of days) {
      size += loaded.sizeOf(day);
      if (batch.length > 0 && size > BATCH_MAX) [batch, size] = [[], loaded.sizeOf(day)];
      if (batch.length === 0) this.batches.push(batch);
      batch.push(day);
      this.batchOf.set(day, batch);
    }
  }

  async knownOn(day: Day): Promise<DaysKnown> {
    const days = this.batchOf.get(day)!;
    if (this.kept?.days !== days) {
      const next = this.next?.days === days ? this.next.known : undefined;
      this.kept = undefined;
      this.kept = await (next ?? this.findOut(days));
      this.askAhead(this.batches[this.batches.indexOf(days) + 1]);
    }
    return this.kept;
  }

  /** Asks about the first days before they are needed. */
  begin(): void {
    this.askAhead(this.batches[0]);
  }

  private askAhead(days: readonly Day[] | undefined): void {
    this.next = undefined;
    if (!days) return;
    const next = { days, known: this.findOut(days) };
    this.next = next;
    // Whoever waits for them is told that it failed; the day after that one asks again.
    next.known.catch(() => {
      if (this.next === next) this.next = undefined;
    });
  }

  private findOut(days: readonly Day[]): Promise<DaysKnown> {
    return this.given.aside(() => this.ask(days));
  }

  private async ask(days: readonly Day[]): Promise<DaysKnown> {
    const { reader, source, metric } = this.given;
    const unseen = new Map(days.map((day) => [day, this.loaded.unseenOn(day)]));
    const all = [...unseen.values()].flat();
    const groups = await groupsOf(
      reader,
      metric.by,
      all.map(({ id }) => id),
    );
    for (const truth of all) truth.group = groups.get(truth.id) ?? truth.id;
    const alone = days.flatMap((day) => this.loaded.aloneOn(day, unseen.get(day)!));
    const keys = Map.groupBy(await keysOf(reader, metric.by, [...new Set(alone)]), ({ grp }) => grp);
    const direct = lookupsOf(reader, source, metric.by);
    // A day of its own is asked about once anyway, and only for what it needs.
    const together = (): Promise<DaysKnown['lookups']> => this.askTogether(direct, days, all, keys);
    const oneByOne = (error?: unknown): DaysKnown['lookups'] => {
      if (error) this.given.log?.(`${metric.name}: missing ids are asked about day by day`, error);
      return (alone) => alone;
    };
    const lookups = days.length > 1 ? await withinSavepoint(reader, together).catch(oneByOne) : oneByOne();
    return { days, groups, keys, lookups };
  }

  private askTogether(
    direct: Lookups,
    days: readonly Day[],
    unseen: readonly Truth[],
    keys: ReadonlyMap<string, readonly GroupKey[]>,
  ): Promise<DaysKnown['lookups']> {
    const { metric, zone, subjectTag } = this.given;
    const truths = [...unseen, ...days.flatMap((day) => this.loaded.truthsOn(day))];
    const [purchase, person] = [metric.by === 'purchase', metric.by === 'person'];
    const plain = (day: Day): string[] => this.loaded.plainOn(day).flatMap(({ lines }) => lines.map(idOf));
    return batchLookups(direct, {
      subjects: truths.map(({ id }) => id),
      keys: [...(person ? truths.map(({ id }) => id) : [...keys.values()].flat().map(({ key }) => key))],
      purchases: purchase ? [...new Set(truths.map(({ group }) => group))] : [],
      parts: purchase ? days.flatMap(plain) : [],
      days: days.map((day) => windowOf(zone, day, 0)),
      near: { from: windowOf(zone, days[0]!, REACH_DAYS).from, to: windowOf(zone, days.at(-1)!, REACH_DAYS).to },
      tagsOf: (of) => [...tagsOf(subjectTag, of).keys()],
    });
  }
}

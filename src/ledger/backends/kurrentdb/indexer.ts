import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '../../ledger.js';
import { storedHash } from '../../stored-hash.js';
import type { ClientHolder } from './client-holder.js';
import { storedEventOf, type StoredEvent } from './event-format.js';
import { describe, needsNewClient, within } from './failures.js';
import type { FeedIndex, IndexHead, NewIndexRow } from './feed-index.js';
import { LogFollower, type LogEvent } from './log-follower.js';
import type { RecentEvents } from './recent-events.js';
import { whenSilent } from './silent-subscription.js';

const BATCH_MAX = 512;
const BEAT_MS = 1_500;
const STANDBY_MS = 1_000; // how often one that does not lead asks whether it may
const CLOSE_MS = 2_000;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5_000;

export interface IndexerDeps {
  index: FeedIndex;
  clients: ClientHolder;
  prefix: string;
  log: (line: string) => void;
  recent: RecentEvents;
  /** Whether the log has an event of ours after a place. */
  anyAfter(at: LogEvent['at'] | undefined): Promise<boolean>;
  /** There is more in the feed. */
  extended: () => void;
}

/**
 * Gives the entries their places in the feed: reads the log in its order and numbers what is an entry of ours. The numbers follow from the
 * log alone, so whoever reads it gives the same ones. Every process with an open ledger stands by; one at a time leads, and
 * each batch is written only while it does and from where it read on.
 */
export class Indexer {
  private readonly holder = `${process.pid}-${randomUUID()}`;
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();
  private readonly tally = { foreign: 0, withoutKey: 0 };

  constructor(private readonly deps: IndexerDeps) {}

  /** Entries that this process numbered and whose keys the database did not have then. */
  get withoutKey(): number {
    return this.tally.withoutKey;
  }

  start(): void {
    this.done = this.run();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    // A database that does not answer must not hold up the end; the lead runs out by itself.
    await within(CLOSE_MS, this.done).catch(() => undefined);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted;) {
      try {
        const head = await this.deps.index.lead(this.holder);
        if (head) await this.leadFrom(head, () => (failures = 0));
        else await pause(STANDBY_MS, signal);
      } catch (error) {
        this.deps.log(`ledger: the index stopped and goes on in a moment: ${describe(error)}`);
        failures += 1;
        const ms = Math.min(BACKOFF_MIN_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
        await pause(ms * (0.5 + Math.random()), signal);
      }
    }
  }

  /** Reads the log until another one leads, the subscription breaks (then it throws) or the ledger is closed. */
  private async leadFrom(head: IndexHead, worked: () => void): Promise<void> {
    const { index, clients } = this.deps;
    const client = await clients.current();
    const indexing = new Indexing(this.deps, head, this.tally, worked);
    const follower = new LogFollower(client, this.deps.prefix, head.at);
    const leading = new AbortController();
    const stop = AbortSignal.any([this.stopping.signal, leading.signal]);
    const beats = beat(index, head.epoch, () => follower.isIdle, stop).then(() => leading.abort());
    const followed = { ...this.deps, at: () => indexing.at, isBusy: () => follower.isBusy };
    // Not waited for at the end: it may be asking a server that does not answer.
    void whenSilent(followed, stop).then((isSilent) => {
      if (isSilent) clients.replace(client, 'the log goes on, and its subscription says nothing');
      leading.abort();
    });
    try {
      await follower.run(indexing, BATCH_MAX, stop);
    } catch (error) {
      if (error instanceof LeadLost) return;
      if (needsNewClient(error)) clients.replace(client, describe(error));
      throw error;
    } finally {
      leading.abort();
      await beats;
      await index.resign(head.epoch).catch(() => undefined); // it runs out by itself
    }
  }
}

/** Another one leads, or wrote what we were about to. */
class LeadLost extends Error {}

/** What is made of the log from one head on. */
class Indexing {
  constructor(
    private readonly deps: IndexerDeps,
    private head: IndexHead,
    private readonly tally: { foreign: number; withoutKey: number },
    private readonly worked: () => void,
  ) {}

  /** Up to where the log is numbered. */
  get at(): LogEvent['at'] | undefined {
    return this.head.at;
  }

  /** Numbers a batch and writes it, durably. */
  async events(batch: readonly LogEvent[]): Promise<void> {
    const entries = await this.entriesOf(batch);
    const rows: NewIndexRow[] = [];
    let { position, recordedAt } = this.head;
    for (const { stored, at } of entries) {
      // The feed's time never goes back, whichever clocks wrote it.
      if (stored.writtenAt > recordedAt) recordedAt = stored.writtenAt;
      position += 1;
      this.deps.recent.add(at.commit, stored);
      const { entry } = stored;
      rows.push({
        position,
        entryId: entry.id,
        at,
        revision: entry.revision,
        recordedAt,
        storedHash: storedHash({ ...entry, recordedAt }),
        stream: entry.stream,
        bytes: entry.body.length,
        keyId: entry.keyId,
      });
    }
    const last = batch.at(-1)!;
    await this.extend(rows, last.at, last.event.created);
    this.leaveOut(batch.length - rows.length);
  }

  /** Nothing of ours lies before this place that was not handed over. */
  async checkpoint(at: LogEvent['at']): Promise<void> {
    // Some old servers tell a place beyond the end of the log, with prepare 0.
    if (at.prepare > 0n && (!this.head.at || at.commit > this.head.at.commit)) await this.extend([], at);
  }

  /** What is an entry, each the first time it comes: the log may hold a copy that somebody put into a stream of another name. */
  private async entriesOf(batch: readonly LogEvent[]): Promise<{ stored: StoredEvent; at: LogEvent['at'] }[]> {
    const entries = new Map<string, { stored: StoredEvent; at: LogEvent['at'] }>();
    for (const { event, at } of batch) {
      const stored = storedEventOf(event, this.deps.prefix);
      if (stored && !entries.has(stored.entry.id)) entries.set(stored.entry.id, { stored, at });
    }
    for (const known of (await this.deps.index.ofEntries([...entries.keys()])).keys()) entries.delete(known);
    return [...entries.values()];
  }

  private async extend(rows: readonly NewIndexRow[], at: LogEvent['at'], writtenAt?: Date): Promise<void> {
    const extended = await this.deps.index.extend(this.head, rows, at, writtenAt);
    if (!extended) throw new LeadLost();
    const last = rows.at(-1) ?? this.head;
    this.head = { ...this.head, position: last.position, recordedAt: last.recordedAt, at };
    this.worked();
    if (rows.length > 0) this.deps.extended();
    this.miss(extended.withoutKey);
    this.deps.clients.worked();
  }

  private leaveOut(count: number): void {
    if (count > 0 && this.tally.foreign === 0)
      this.deps.log(
        `ledger: a stream that begins with "${this.deps.prefix}" holds an event that is no entry, or a copy of one; it is left out`,
      );
    this.tally.foreign += count;
  }

  private miss([first, ...others]: readonly Position[]): void {
    if (first === undefined) return;
    if (this.tally.withoutKey === 0)
      this.deps.log(
        `ledger: the database does not have the keys of entries from position ${first} on: it was set back, or they were erased; their sealed fields cannot be read unless the keys are put in again`,
      );
    this.tally.withoutKey += 1 + others.length;
  }
}

/** Says that we are there until it is not true any more: another one leads, or we stop. */
async function beat(index: FeedIndex, epoch: bigint, isIdle: () => boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A database that cannot be reached is noticed by whoever writes to it.
    const leads = await index.beat(epoch, isIdle()).catch(() => true);
    if (!leads) return;
    await pause(BEAT_MS, signal);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

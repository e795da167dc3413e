import type { Readable } from 'node:stream';
import {
  END,
  START,
  streamNameFilter,
  type KurrentDBClient,
  type Position as LogPosition,
  type ReadRevision,
} from '@kurrent/kurrentdb-client';
import { Problem } from '../../../kernel/errors.js';
import type { Revision, StreamName } from '../../ledger.js';
import type { ClientHolder } from './client-holder.js';
import { storedEventOf, type RecordedLike, type StoredEvent } from './event-format.js';
import { CallTimeout, describe, needsNewClient, verdictOf } from './failures.js';

const SILENCE_MS = 5_000; // without an event or the end of the log
const ATTEMPTS = 3;
/** Of the 32 events that the server looks at a time: a checkpoint for about each thousand. */
export const CHECKPOINT_INTERVAL = 32;

/** What is read of a subscription; both kinds of the client's have it. */
export interface Subscription extends Readable {
  unsubscribe(): Promise<void>;
}

/** A subscription of the client as the object stream that it is: its declared types list the events one by one, and differ. */
export const asStream = (subscription: { unsubscribe(): Promise<void> }): Subscription =>
  subscription as unknown as Subscription;

/** An entry with the place of its event in the log. */
export interface LoggedEvent {
  stored: StoredEvent;
  at: LogPosition;
}

interface Resolved {
  event?: RecordedLike & { position?: LogPosition };
}

/**
 * Reads by catch-up subscription until it has caught up: the client's own reads go through a second connection that does not recover
 * from everything, and small ones wait for delayed acknowledgements. Always from the leader, so that what was appended is there.
 */
export class EventReads {
  constructor(
    private readonly clients: ClientHolder,
    private readonly prefix: string,
  ) {}

  /** Events of a stream from a revision on that are entries of ours; at most `limit`, none when there is no stream. */
  async stream(stream: StreamName, from: Revision, limit: number): Promise<StoredEvent[]> {
    if (limit <= 0) return [];
    const fromRevision: ReadRevision = from <= 0 ? START : BigInt(from - 1);
    return this.attempts(async (client) => {
      const found: StoredEvent[] = [];
      const options = { fromRevision, requiresLeader: true };
      await untilCaughtUp(asStream(client.subscribeToStream(this.prefix + stream, options)), (event) => {
        const stored = storedEventOf(event, this.prefix);
        if (stored) found.push(stored);
        return found.length < limit;
      });
      return found;
    });
  }

  /** Entries after a place in the log up to another one, in the order of the log. */
  async log(after: LogPosition | undefined, last: LogPosition): Promise<LoggedEvent[]> {
    return this.attempts(async (client) => {
      const found: LoggedEvent[] = [];
      await untilCaughtUp(this.oursAfter(client, after), (event) => {
        if (event.position!.commit > last.commit) return false;
        const stored = storedEventOf(event, this.prefix);
        if (stored) found.push({ stored, at: event.position! });
        return event.position!.commit < last.commit;
      });
      return found;
    });
  }

  /** Whether an entry of ours lies after a place in the log. */
  async anyAfter(after: LogPosition | undefined): Promise<boolean> {
    return this.attempts(async (client) => {
      let isThere = false;
      await untilCaughtUp(this.oursAfter(client, after), () => {
        isThere = true;
        return false;
      });
      return isThere;
    });
  }

  /** Where the log ends now; undefined when the server does not say. Answers only when a leader does. */
  async end(): Promise<LogPosition | undefined> {
    return this.attempts(async (client) => {
      const subscription = client.subscribeToAll({ fromPosition: END, requiresLeader: true });
      let end: LogPosition | undefined;
      subscription.on('caughtUp', ({ position }) => (end = position));
      await untilCaughtUp(asStream(subscription), ({ position }) => {
        end = position;
        return true;
      });
      return end;
    });
  }

  private oursAfter(client: KurrentDBClient, after: LogPosition | undefined): Subscription {
    const filter = streamNameFilter({
      prefixes: [this.prefix],
      checkpointInterval: CHECKPOINT_INTERVAL,
      // Between two of ours there may be millions of others.
      checkpointReached: async (subscription) => void asStream(subscription).emit('alive'),
    });
    return asStream(client.subscribeToAll({ fromPosition: after ?? START, filter, requiresLeader: true }));
  }

  /** Tries again what a lost connection or a change of leaders broke. Throws Problem `unavailable`, or the client's error. */
  private async attempts<T>(read: (client: KurrentDBClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const client = await this.clients.current();
      try {
        const result = await read(client);
        this.clients.worked();
        return result;
      } catch (error) {
        const verdict = verdictOf(error);
        if (verdict !== 'unknown' && verdict !== 'not_leader') throw error;
        if (needsNewClient(error)) this.clients.replace(client, describe(error));
        if (attempt >= ATTEMPTS)
          throw new Problem('unavailable', 'The ledger cannot be read just now.', { retryAfterS: 1 });
      }
    }
  }
}

/** Hands over events until `wants` says no or there are no more for now; then, or after any failure, the call is cancelled. */
function untilCaughtUp(
  subscription: Subscription,
  wants: (event: NonNullable<Resolved['event']>) => boolean,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let caughtUp = false;
    const timer = setTimeout(() => end(new CallTimeout(`nothing within ${SILENCE_MS} ms`)), SILENCE_MS);
    const end = (error?: Error): void => {
      clearTimeout(timer);
      cancel(subscription);
      if (error) reject(error);
      else resolve();
    };
    const endIfRead = (): void => {
      if (caughtUp && subscription.readableLength === 0) end();
    };
    subscription
      .on('data', ({ event }: Resolved) => {
        timer.refresh();
        if (event && !wants(event)) end();
        else endIfRead();
      })
      // It is told in its place among the events, some of which may not have been taken yet.
      .on('caughtUp', () => {
        caughtUp = true;
        endIfRead();
      })
      .on('alive', () => timer.refresh())
      .on('error', end)
      .on('end', () => end(new Error('the subscription was ended by the server')));
  });
}

/** Ending to read does not end the call: it must be cancelled. What it still says is of no interest. */
export function cancel(subscription: Subscription): void {
  subscription.removeAllListeners('data').removeAllListeners('end').removeAllListeners('caughtUp');
  subscription.removeAllListeners('error').on('error', () => undefined);
  subscription.resume();
  subscription.unsubscribe().catch(() => undefined);
}

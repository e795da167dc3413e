import type { Database } from '../../storage/database.js';
import type { Reader } from '../source.js';

/** Runs the work in a read-only transaction that sees one state. */
export function inOneState<T>(database: Database, work: (reader: Reader) => Promise<T>): Promise<T> {
  return database.transaction(async (reader) => {
    // What is loaded ahead waits for its turn, longer perhaps than a server of the operator's lets a transaction be idle.
    await reader.query(
      'set transaction isolation level repeatable read, read only; set local idle_in_transaction_session_timeout = 0',
    );
    return work(reader);
  });
}

/** Runs a work in a transaction of its own, as `inOneState` does. */
export type InState = <T>(work: (reader: Reader) => Promise<T>) => Promise<T>;

/** What sees the state of a transaction that has just begun, as long as that one is open. */
export async function sameState(database: Database, reader: Reader): Promise<InState> {
  const { rows } = await reader.query<{ name: string }>('select pg_export_snapshot() as name');
  return (work) =>
    inOneState(database, async (other) => {
      await other.query(`set transaction snapshot '${rows[0]!.name}'`);
      return work(other);
    });
}

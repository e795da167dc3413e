import { Problem } from '../../kernel/errors.js';
import { isAway } from '../../storage/is-away.js';
import type { Reader } from '../source.js';

/**
 * In a transaction of the reader's, which can be gone on with when the work fails. Throws what the work throws, or Problem `unavailable`, which
 * says why, where nothing else can be asked of the reader: its connection is lost, or the server is in no transaction that goes on.
 */
export async function withinSavepoint<T>(reader: Reader, work: () => Promise<T>): Promise<T> {
  await statement(reader, 'savepoint work');
  try {
    const result = await work();
    await reader.query('release savepoint work');
    return result;
  } catch (error) {
    await statement(reader, 'rollback to savepoint work', error);
    throw error;
  }
}

async function statement(reader: Reader, text: string, ofWork?: unknown): Promise<void> {
  await reader.query(text).catch((error: unknown) => {
    const why = isAway(error)
      ? 'A connection to the database was lost.'
      : `The database refused "${text}": ${(error as Error).message}.`;
    const refused = new Problem('unavailable', why, { retryAfterS: 5 });
    // What the work failed with may be why nothing can be asked any more.
    const cause = ofWork === undefined ? error : new AggregateError([ofWork, error]);
    throw Object.assign(refused, { cause });
  });
}

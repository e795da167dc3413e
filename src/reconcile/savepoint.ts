import { Problem } from '../kernel/errors.js';
import type { Reader } from './source.js';

/**
 * In a transaction of the reader's, which can be gone on with when the work fails. Throws what the work throws, or Problem `unavailable` where
 * the reader itself is lost, so that nothing else can be asked of it.
 */
export async function withinSavepoint<T>(reader: Reader, work: () => Promise<T>): Promise<T> {
  await statement(reader, 'savepoint work');
  try {
    const result = await work();
    await reader.query('release savepoint work');
    return result;
  } catch (error) {
    await statement(reader, 'rollback to savepoint work');
    throw error;
  }
}

async function statement(reader: Reader, text: string): Promise<void> {
  await reader.query(text).catch((error: unknown) => {
    const lost = new Problem('unavailable', 'A connection to the database was lost.', { retryAfterS: 5 });
    throw Object.assign(lost, { cause: error });
  });
}

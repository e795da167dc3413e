import type { Reader } from './source.js';

/** In a transaction of the reader's, which can be gone on with when the work fails. Throws what the work throws. */
export async function withinSavepoint<T>(reader: Reader, work: () => Promise<T>): Promise<T> {
  await reader.query('savepoint work');
  try {
    const result = await work();
    await reader.query('release savepoint work');
    return result;
  } catch (error) {
    await reader.query('rollback to savepoint work');
    throw error;
  }
}

import { Problem } from '../kernel/errors.js';

const RETRY_AFTER_S = 5;
const ATTEMPTS_MAX = 3;

/** Runs a transaction; two that met in the wrong order try again. Throws Problem `unavailable` when it could not be made durable. */
export async function durably<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (attempt < ATTEMPTS_MAX && isCollision(error)) continue;
      throw new Problem('unavailable', undefined, { retryAfterS: RETRY_AFTER_S });
    }
  }
}

// 40001 serialization failure, 40P01 deadlock: the other one went first.
const isCollision = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40001' || code === '40P01';
};

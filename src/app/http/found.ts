import { Problem } from '../../kernel/errors.js';

/** The reply, or Problem `not_found` where there is none. */
export function found<T>(reply: T | undefined, sentence: string): T {
  if (reply === undefined) throw new Problem('not_found', sentence);
  return reply;
}

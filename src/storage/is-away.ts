import { types } from 'node:util';
import { stateOf } from './sql-states.js';

// A connection that broke (class 08), resources that are used up (53), a server that is going, coming or was told to stop a statement (57), one that
// found us silent (25P03).
const STATES = /^(?:08|53|57|25P03)/;
// Of the socket itself. `open` is a file's.
const SOCKET_CODES =
  /^(?:ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const CALLS = /^(?:connect|read|write|getaddrinfo)$/;
// The driver's, which have no code.
const SENTENCES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (?:has encountered a connection error|was closed)|Cannot use a pool after)/;

/** Whether an error of the driver says that PostgreSQL cannot be reached, or takes nobody, at the moment. */
export function isAway(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { syscall, errors } = error as { syscall?: unknown; errors?: unknown };
  // Of a name with several addresses.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isAway);
  const code = stateOf(error);
  if (typeof code !== 'string') return SENTENCES.test(error.message);
  return STATES.test(code) || (SOCKET_CODES.test(code) && typeof syscall === 'string' && CALLS.test(syscall));
}

/** What a connection is given up with that was silent for so long: as if the system had said it, which it does only after a quarter of an hour. */
export const silent = (ms: number): Error =>
  Object.assign(new Error(`PostgreSQL was silent for ${ms} ms`), { code: 'ETIMEDOUT', syscall: 'read' });

import { types } from 'node:util';

// A connection that broke (class 08), resources that are used up (53), a server that is going or coming (57P).
const STATES = /^(?:08|53|57P)/;
// Of the socket itself. `open` is a file's.
const SOCKET_CODES =
  /^(?:ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const CALLS = /^(?:connect|read|write|getaddrinfo)$/;
// The driver's, which have no code.
const SENTENCES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether an error of the driver says that PostgreSQL cannot be reached, or takes nobody, at the moment. */
export function isAway(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { code, syscall, errors } = error as { code?: unknown; syscall?: unknown; errors?: unknown };
  // Of a name with several addresses.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isAway);
  if (typeof code !== 'string') return SENTENCES.test(error.message);
  return STATES.test(code) || (SOCKET_CODES.test(code) && typeof syscall === 'string' && CALLS.test(syscall));
}

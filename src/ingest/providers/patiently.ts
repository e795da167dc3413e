import { Problem } from '../../kernel/errors.js';

const ATTEMPTS_MAX = 8;
const BACKOFF_MS = 500; // 0.5, 1, 2 … 30 s
const WAIT_MAX_MS = 60_000;
const BACKOFF_MAX_MS = 30_000;

/** Who is asked, and the setting that has the key. */
export interface Asked {
  name: string;
  setting: string;
}

/** The `type` of an error without a status that may pass: nothing was answered at all. */
export const NO_CONNECTION = 'StripeConnectionError';

/** What errors of an interface have in common. */
export interface ApiError {
  statusCode?: number;
  type?: string;
  code?: string;
  message?: string;
  headers?: Readonly<Record<string, string>>;
}

/**
 * Asks a provider, and again while it is busy, broken or out of reach: after as long as `Retry-After` says, else twice as long each time.
 * Throws Problem `invalid_request` when it refuses, `unavailable` when patience ends.
 */
export async function patiently<T>(
  asked: Asked,
  ask: () => Promise<T>,
  pause: (ms: number) => Promise<void>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const refused = error as ApiError;
      if (!isPassing(refused)) throw new Problem('invalid_request', sentence(asked, refused));
      if (attempt === ATTEMPTS_MAX) {
        throw new Problem('unavailable', `${asked.name} does not answer: ${refused.type ?? 'no connection'}.`, {
          retryAfterS: 60,
        });
      }
      await pause(waitOf(refused, attempt));
    }
  }
}

function isPassing({ statusCode, type }: ApiError): boolean {
  if (statusCode === undefined) return type === NO_CONNECTION;
  return statusCode === 429 || statusCode === 409 || statusCode >= 500;
}

function waitOf({ headers }: ApiError, attempt: number): number {
  const asked = Number(headers?.['retry-after']);
  if (Number.isFinite(asked) && asked >= 0) return Math.min(asked * 1_000, WAIT_MAX_MS);
  return Math.min(BACKOFF_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS);
}

// The provider's own message may quote a part of the key.
function sentence({ name, setting }: Asked, { statusCode, type, code }: ApiError): string {
  if (statusCode === 401 || statusCode === 403) return `${name} refuses ${setting}, or the key may not do this.`;
  if (statusCode === undefined) return `${name} could not be asked.`;
  return `${name} refuses the request: ${type ?? statusCode}${code ? ` (${code})` : ''}.`;
}

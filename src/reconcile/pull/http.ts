import { SourceFailure } from '../source.js';

const TIMEOUT_MS = 60_000; // of one answer, or between two pieces of a long one
const ATTEMPTS = 4;
const BACKOFF_MS = 1_000;
/** Longer waits are not sat out: the day is tried again by a later pull. */
const WAIT_MAX_MS = 60_000;
const REFUSED_FOR_MS = 15 * 60_000;
const JSON_MAX = 64 * 1024 * 1024; // bytes; pages are asked for in sizes far below
const SAID_MAX = 300; // characters of an error body that are repeated

export interface HttpRequest {
  /** Whom the sentence is about: `PostHog`. */
  who: string;
  url: string;
  method?: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Statuses that mean that there is nothing, answered as undefined. */
  empty?: readonly number[];
}

/**
 * Requests to sources: a time limit on each, repeated with growing pauses when the other side is busy or broken, no sooner than its
 * `Retry-After`. Throws SourceFailure, with the time of the next try where one makes sense.
 */
export interface Http {
  /** The parsed answer, undefined for an empty one. */
  json(request: HttpRequest): Promise<unknown>;
  /** A long answer, piece by piece. It is repeated until the first piece; what breaks later is a failure. */
  stream(request: HttpRequest): AsyncIterable<Uint8Array>;
  /** The plain request, for libraries that bring their own logic. */
  fetch: typeof fetch;
}

export interface HttpDeps {
  now: () => Date;
  pause: (ms: number) => Promise<unknown>;
  fetch?: typeof fetch;
  timeoutMs?: number;
  attempts?: number;
}

export function createHttp(deps: HttpDeps): Http {
  const { now, pause, timeoutMs = TIMEOUT_MS, attempts = ATTEMPTS } = deps;
  const doFetch = deps.fetch ?? fetch;

  /** An answer whose status is good, or the failure of the last attempt. */
  async function answer(request: HttpRequest, limit: TimeLimit): Promise<Response | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const tried = await once(doFetch, request, limit, now());
      if (!(tried instanceof Busy)) return tried;
      const waitMs = Math.max(tried.more.waitMs ?? 0, BACKOFF_MS * 4 ** (attempt - 1));
      if (attempt >= attempts || waitMs > WAIT_MAX_MS) throw failureOf(tried, waitMs, now());
      limit.stop();
      await pause(waitMs);
    }
  }

  return {
    fetch: doFetch,
    async json(request) {
      const limit = new TimeLimit(timeoutMs);
      try {
        const response = await answer(request, limit);
        if (!response) return undefined;
        return parsed(request.who, await textOf(request.who, response));
      } catch (error) {
        throw asFailure(request.who, error);
      } finally {
        limit.stop();
      }
    },
    async *stream(request) {
      const limit = new TimeLimit(timeoutMs);
      try {
        const response = await answer(request, limit);
        if (!response?.body) return;
        for await (const piece of response.body as AsyncIterable<Uint8Array>) {
          limit.stop(); // the reader may take its time; only the sender is hurried
          yield piece;
          limit.begin();
        }
      } catch (error) {
        throw asFailure(request.who, error);
      } finally {
        limit.stop();
      }
    },
  };
}

/** Ends what hangs: begun anew for every attempt and every piece. */
class TimeLimit {
  private controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  constructor(private readonly ms: number) {}

  /** A limit for a request of its own. */
  anew(): AbortSignal {
    this.stop();
    this.controller = new AbortController();
    this.begin();
    return this.controller.signal;
  }

  begin(): void {
    this.stop();
    const { controller, ms } = this;
    this.timer = setTimeout(() => controller.abort(new Error(`nothing came for ${ms / 1_000} s`)), ms);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

/** Busy or broken: worth another try. */
class Busy {
  constructor(
    readonly message: string,
    readonly more: { waitMs?: number; limited?: boolean; said?: string } = {},
  ) {}
}

async function once(
  doFetch: typeof fetch,
  { who, url, method = 'GET', headers = {}, body, empty = [] }: HttpRequest,
  limit: TimeLimit,
  now: Date,
): Promise<Response | Busy | undefined> {
  let response: Response;
  try {
    response = await doFetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'error', // a key is for the host it was given for
      signal: limit.anew(),
    });
  } catch (error) {
    return new Busy(`${who} could not be reached: ${reasonOf(error)}`);
  }
  const { status } = response;
  if (response.ok) return response;
  const said = await shortText(response);
  if (empty.includes(status)) return undefined;
  if (status === 429 || status === 408 || status >= 500) {
    const waitMs = retryAfterMs(response.headers.get('retry-after'), now);
    return new Busy(`${who} answered ${status}`, { waitMs, limited: status === 429, said });
  }
  if (status === 401 || status === 403)
    throw new SourceFailure(`${who} answered ${status}: check its key and what it may read`, { said });
  throw new SourceFailure(`${who} answered ${status}`, { said });
}

function failureOf({ message, more: { waitMs, limited, said } }: Busy, nextMs: number, now: Date): SourceFailure {
  // A quota that does not say when it is filled again is left alone for a while.
  const after = waitMs ?? (limited ? REFUSED_FOR_MS : nextMs);
  return new SourceFailure(message, { said, retryAt: new Date(now.getTime() + after) });
}

/** Milliseconds to wait, from seconds or a date. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

async function textOf(who: string, response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += piece.byteLength;
    if (size > JSON_MAX) throw new SourceFailure(`${who} answered with more than ${JSON_MAX} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(who: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SourceFailure(`${who} answered with something that is no JSON`);
  }
}

async function shortText(response: Response): Promise<string | undefined> {
  const text = (await response.text().catch(() => '')).replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : text.slice(0, SAID_MAX);
}

const asFailure = (who: string, error: unknown): Error =>
  error instanceof SourceFailure ? error : new SourceFailure(`${who} broke off its answer: ${reasonOf(error)}`);

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { message?: string; code?: string } };
  return cause?.code ?? cause?.message ?? message;
}

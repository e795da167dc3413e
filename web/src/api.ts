import type { components } from './api-types.ts';

export type Schemas = components['schemas'];
export type Row = Schemas['Reconciliation'];
export type Detail = Schemas['ReconciliationDetail'];
export type MetricInfo = Schemas['MetricList']['data'][number];
export type Contribution = Schemas['ContributionPage']['data'][number];
export type Session = Schemas['Session'];

/** A refusal of the service, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** What is wrong one by one, where there is more than one sentence to say. */
    readonly errors: readonly string[] = [],
  ) {
    super(message);
  }
}

/** Asks the service. The session cookie says who we are. Throws ApiError. */
export async function api<T>(path: string, init: { method?: string; body?: unknown } = {}): Promise<T> {
  const response = await fetch(path, {
    method: init.method ?? 'GET',
    credentials: 'same-origin',
    // No header of its own where there is no body: an answer that index.html asked for beforehand is only used for the very same question.
    ...(init.body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(init.body) }),
  }).catch(() => {
    throw new ApiError(0, 'unreachable', 'The service does not answer.');
  });
  if (response.status === 204) return undefined as T;
  const body: unknown = await response.json().catch(() => undefined);
  // What is not ready says so with 503, and is an answer all the same; that of somebody in between is none.
  const answered = response.ok || (response.status === 503 && !isProblem(body));
  if (!answered || body === undefined) throw problemOf(response.status, body);
  return body as T;
}

const isProblem = (body: unknown): body is { code: string; detail?: string; errors?: string[] } =>
  typeof body === 'object' && body !== null && 'code' in body;

function problemOf(status: number, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(status, body.code, body.detail ?? body.code, body.errors);
  return new ApiError(status, 'unknown', `The service answered ${status}.`);
}

/** A query string of what is set; an empty text is. */
export function query(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

const PAGES_MAX = 50;

/** The rows of a list. */
export interface List<T> {
  rows: T[];
  /** Whether it has more than these: whoever shows it says so. */
  cut: boolean;
}

/** A list, page by page; one that does not end after so many pages is cut. */
export async function all<T>(path: string): Promise<List<T>> {
  const rows: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const joint = path.includes('?') ? '&' : '?';
    const reply: { data: T[]; next_cursor: string | null } = await api(
      cursor === null ? path : `${path}${joint}cursor=${encodeURIComponent(cursor)}`,
    );
    rows.push(...reply.data);
    cursor = reply.next_cursor;
    if (cursor === null) break;
  }
  return { rows, cut: cursor !== null };
}

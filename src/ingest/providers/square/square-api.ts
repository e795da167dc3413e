import { parseStrict } from '../../../kernel/json-scan.js';
import type { ProviderApi } from '../../event-list.js';
import { isObject, type Json, objectsIn } from '../../json-members.js';
import { type ApiError, type Asked, NO_CONNECTION } from '../patiently.js';

export const SQUARE: Asked = { name: 'Square', setting: 'SQUARE_ACCESS_TOKEN' };

const VERSION = '2026-09-16';
const TIMEOUT_MS = 30_000;
const TOKENS_MAX = 10_000_000; // a page has a hundred events

/** One request, answered as it was sent: the official client would rename the members of events. Throws ApiError. */
export async function askSquare(
  { apiKey, apiBase }: ProviderApi,
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
): Promise<Json> {
  const response = await fetch(`${apiBase}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'square-version': VERSION },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((): never => refuse({ type: NO_CONNECTION }));
  const text = await response.text().catch((): never => refuse({ type: NO_CONNECTION }));
  const answer = read(text);
  if (response.ok && answer) return answer;
  const [error] = objectsIn(answer?.['errors']);
  const wait = response.headers.get('retry-after');
  return refuse({
    statusCode: response.ok ? 502 : response.status, // what is no JSON came from something in between
    ...(typeof error?.['category'] === 'string' ? { type: error['category'] } : {}),
    ...(typeof error?.['code'] === 'string' ? { code: error['code'] } : {}),
    ...(wait === null ? {} : { headers: { 'retry-after': wait } }),
  });
}

function refuse(error: ApiError): never {
  throw Object.assign(new Error('Square did not do it'), error);
}

function read(text: string): Json | undefined {
  try {
    const value = parseStrict(text, { tokensMax: TOKENS_MAX });
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

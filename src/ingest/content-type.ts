import type { RawRequest } from './ingest.js';

/** The first value of a header, or undefined. */
export function headerOf(headers: RawRequest['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The media type of a request in lower case, without parameters. */
export const contentTypeOf = (headers: RawRequest['headers']): string | undefined =>
  headerOf(headers, 'content-type')?.split(';')[0]!.trim().toLowerCase().slice(0, 100);

import { createHash } from 'node:crypto';
import { isObject } from '../../ingest/json-members.js';
import { objectOf } from './lines.js';
import { instantFrom } from './zoned-time.js';

/** One request as a server wrote it down. */
export interface LoggedRequest {
  requestId: string;
  /** Epoch milliseconds. */
  at: number;
  method: string;
  /** Path with its query. */
  target: string;
  status: number;
  ip: string;
  userAgent: string | undefined;
  /** A cache answered; left out where the line does not say. */
  cached?: boolean;
  /** Further fields of the line, by the names the settings give them. */
  extra: Readonly<Record<string, string>>;
}

/** Reads the lines of one file in order; `undefined` for a line that is no request, `'skip'` for one that is none by design. */
export type LineReader = (line: string) => LoggedRequest | 'skip' | undefined;

export const accessLogFormats = { combined, cloudfront, cloudflare } as const;
export type AccessLogFormat = keyof typeof accessLogFormats;

const COMBINED =
  /^(\S+) \S+ \S+ \[(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})\] "([A-Z]+) ((?:[^"\\]|\\.)*?)(?: HTTP\/[\d.]+)?" (\d{3}) \S+ "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)"((?: "(?:[^"\\]|\\.)*")*)\s*$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** nginx's and Apache's `combined`, with any further fields in quotes behind it. */
function combined(extraNames: readonly string[]): LineReader {
  return (line) => {
    const match = COMBINED.exec(line);
    if (!match) return undefined;
    const [, ip, day, month, year, time, hours, minutes, method, target, status, agent, rest] = match;
    const number = String(MONTHS.indexOf(month!) + 1).padStart(2, '0');
    const at = Date.parse(`${year}-${number}-${day}T${time}${hours}:${minutes}`);
    if (Number.isNaN(at)) return undefined;
    const fields = [...rest!.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, field]) => unescaped(field!));
    return {
      ...{ at, ip: ip!, method: method!, target: unescaped(target!), status: Number(status) },
      requestId: idOf(line), // it has none; the same line twice is a copy of the file
      userAgent: present(unescaped(agent!)),
      extra: Object.fromEntries(extraNames.map((name, index) => [name, present(fields[index] ?? '') ?? ''])),
    };
  };
}

/** Bytes that are not printable stand as `\x..`, several of them for one character of UTF-8. */
const unescaped = (text: string): string =>
  text
    .replace(/(?:\\x[0-9A-Fa-f]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('\\x', ''), 'hex').toString('utf8'))
    .replace(/\\(["\\])/g, '$1');

/** Amazon CloudFront's standard log: fields by the names of its `#Fields` line, times in UTC, values encoded. */
function cloudfront(extraNames: readonly string[]): LineReader {
  let names: string[] | undefined;
  return (line) => {
    if (line.startsWith('#')) {
      if (line.startsWith('#Fields:')) names = line.slice('#Fields:'.length).trim().split(/\s+/);
      return 'skip';
    }
    if (!names) return undefined;
    const values = line.split('\t');
    if (values.length !== names.length) return undefined;
    const field = (name: string): string => decoded(values[names!.indexOf(name)] ?? '-');
    const at = Date.parse(`${field('date')}T${field('time')}Z`);
    if (Number.isNaN(at)) return undefined;
    const query = field('cs-uri-query');
    return {
      ...{ at, ip: field('c-ip'), method: field('cs-method'), status: Number(field('sc-status')) },
      requestId: present(field('x-edge-request-id')) ?? idOf(line),
      target: field('cs-uri-stem') + (query === '-' || query === '' ? '' : `?${query}`),
      userAgent: present(field('cs(User-Agent)')),
      cached: field('x-edge-result-type').endsWith('Hit'), // Hit, RefreshHit, OriginShieldHit
      extra: Object.fromEntries(
        extraNames.map((name) => [name, present(cookieOf(field('cs(Cookie)'), name) ?? field(name)) ?? '']),
      ),
    };
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const cookieOf = (header: string, name: string): string | undefined =>
  header
    .split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);

/** Cloudflare's Logpush: JSON lines with the fields that were chosen. */
function cloudflare(extraNames: readonly string[]): LineReader {
  return (line) => {
    const row = objectOf(line);
    if (!row) return undefined;
    const text = (name: string): string =>
      typeof row[name] === 'string' || typeof row[name] === 'number' ? String(row[name]) : '';
    const at = instantFrom(row['EdgeStartTimestamp'], 'UTC'); // as the job was set up
    if (at === undefined || text('ClientRequestURI') === '') return undefined;
    // Custom fields: what the job was told to log of cookies and of headers, whose names are in lower case.
    const [cookies, headers] = [row['Cookies'], row['RequestHeaders']].map((each) => (isObject(each) ? each : {}));
    const extra = (name: string): string =>
      [cookies![name], headers![name.toLowerCase()]].find((value) => typeof value === 'string') ?? text(name);
    return {
      ...{ at, ip: text('ClientIP'), method: text('ClientRequestMethod'), target: text('ClientRequestURI') },
      status: Number(text('EdgeResponseStatus')),
      requestId: present(text('RayID')) ?? idOf(line),
      userAgent: present(text('ClientRequestUserAgent')),
      cached: CLOUDFLARE_CACHED.has(text('CacheCacheStatus')),
      extra: Object.fromEntries(extraNames.map((name) => [name, extra(name)])),
    };
  };
}

const CLOUDFLARE_CACHED = new Set(['hit', 'stale', 'updating', 'revalidated']);

const present = (text: string): string | undefined => (text === '' || text === '-' ? undefined : text);
const idOf = (line: string): string => createHash('sha256').update(line).digest('base64url').slice(0, 22);

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultAliases, trackedMapper } from '../../src/catalog/tracked-events.js';
import { Zone } from '../../src/kernel/day.js';
import { windowOf } from '../../src/reconcile/load/load-day.js';
import { createHttp } from '../../src/reconcile/pull/http.js';
import type { FetchRequest, Piece, SourceType } from '../../src/reconcile/source-type.js';

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: any;
}

export interface Told {
  status?: number;
  headers?: Record<string, string>;
  /** An object goes out as JSON. */
  body?: unknown;
  /** The connection is cut after the body, or stays open and nothing more comes. */
  cut?: boolean;
  hangs?: boolean;
}

/** A tool on this machine: what a test says it answers, and what it was asked. */
export class FakeSource {
  readonly asked: Asked[] = [];
  /** Answered before anything else, one each. */
  readonly troubles: Told[] = [];
  answer: (asked: Asked) => Told = () => ({ body: {} });
  private constructor(
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<FakeSource> {
    const holder: { fake?: FakeSource } = {};
    const server = createServer((request, response) => {
      void (async () => {
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        const {
          status = 200,
          headers = {},
          body = '',
          cut,
          hangs,
        } = holder.fake!.reply(request, Buffer.concat(pieces));
        const bytes =
          Buffer.isBuffer(body) || typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
        response.writeHead(status, { 'content-length': String(bytes.length + (cut || hangs ? 1 : 0)), ...headers });
        response.write(bytes, () => void (cut ? response.destroy() : hangs || response.end()));
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return (holder.fake = new FakeSource(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }));
  }

  reset(): void {
    this.asked.length = 0;
    this.troubles.length = 0;
  }

  private reply({ method = '', url = '', headers }: IncomingMessage, bytes: Buffer): Told {
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const text = bytes.toString();
    const asked = {
      method,
      path: pathname,
      query: searchParams,
      headers,
      body: /^[[{]/.test(text) ? JSON.parse(text) : text,
    };
    this.asked.push(asked);
    return this.troubles.shift() ?? this.answer(asked);
  }
}

export interface Fetched {
  events: Extract<Piece, { event: unknown }>['event'][];
  seen: Extract<Piece, { seen: unknown }>['seen'][];
  names: Record<string, number>;
  counted: Extract<Piece, { counted: unknown }>['counted'][];
  pages: Extract<Piece, { page: unknown }>['page'][];
  flags: string[];
  notes: string[];
  timeZone?: string;
}

/** How long was waited between attempts. */
export const waits: number[] = [];

/** All pieces of a day, in the reporting zone that is given. */
export async function fetchDay(
  type: SourceType,
  given: unknown,
  {
    day = '2026-10-03',
    zone = 'UTC',
    now = '2026-10-20T12:00:00Z',
    settlesHours,
    fetch: doFetch,
  }: { day?: string; zone?: string; now?: string; settlesHours?: number; fetch?: typeof fetch } = {},
): Promise<Fetched> {
  const reporting = new Zone(zone);
  const at = new Date(now);
  const settings = type.settings.parse(given);
  const request: FetchRequest = {
    settlesMs: (settlesHours ?? type.settlesHours(settings)) * 3_600_000,
    ...{ day, zone: reporting, window: windowOf(reporting, day, 0), now: at, mapper: trackedMapper() },
    names: Object.values(defaultAliases.names).flat(),
    http: createHttp({
      now: () => at,
      pause: (ms) => Promise.resolve(void waits.push(ms)),
      timeoutMs: 5_000,
      fetch: doFetch,
    }),
  };
  const all: Fetched = { events: [], seen: [], names: {}, counted: [], pages: [], flags: [], notes: [] };
  for await (const piece of type.fetch(settings, request)) {
    if ('event' in piece) all.events.push(piece.event);
    else if ('seen' in piece) all.seen.push(piece.seen);
    else if ('counted' in piece) all.counted.push(piece.counted);
    else if ('page' in piece) all.pages.push(piece.page);
    else if ('name' in piece) all.names[piece.name] = piece.count;
    else if ('flag' in piece) all.flags.push(piece.flag);
    else if ('note' in piece) all.notes.push(piece.note);
    else all.timeZone = piece.timeZone;
  }
  return all;
}

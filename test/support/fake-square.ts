import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Trouble } from './fake-stripe.js';

type Json = Record<string, any>;

export const ACCESS_TOKEN = 'sq_harbour_token';

/**
 * Square's `POST /v2/events` as its documentation tells: events that were made while searching was enabled, within a range of time, at most 100 a
 * page, a cursor good for the same query only. Which end of the range is in it is not told; here both are.
 */
export class FakeSquare {
  readonly events: Json[] = [];
  readonly troubles: Trouble[] = [];
  enabled = false;
  pageSize = 100;

  private constructor(
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<FakeSquare> {
    const holder: { fake?: FakeSquare } = {};
    const server = createServer((request, response) => void holder.fake!.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return (holder.fake = new FakeSquare(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    const refuse = (status: number, code: string, headers = {}): void =>
      send(status, { errors: [{ category: 'API_ERROR', code }] }, headers);
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const trouble = this.troubles.shift();
    if (trouble) return refuse(trouble.status, 'TROUBLE', trouble.headers);
    if (request.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return refuse(401, 'UNAUTHORIZED');
    if (request.method === 'PUT' && request.url === '/v2/events/enable') return ((this.enabled = true), send(200, {}));
    if (request.method !== 'POST' || request.url !== '/v2/events') return refuse(404, 'NOT_FOUND');
    const { query, cursor, limit } = JSON.parse(text) as Json;
    const [from, until] = [query.filter.created_at.start_at, query.filter.created_at.end_at].map(Date.parse);
    const within = this.events.filter(({ created_at: at }) => Date.parse(at) >= from! && Date.parse(at) <= until!);
    const [asked, skip = 0] = cursor === undefined ? [] : (JSON.parse(cursor) as [string, number]);
    if (asked !== undefined && asked !== JSON.stringify(query)) return refuse(400, 'INVALID_CURSOR');
    const next = skip + Math.min(this.pageSize, limit);
    send(200, {
      ...(this.enabled ? { events: within.slice(skip, next) } : {}),
      ...(next < within.length ? { cursor: JSON.stringify([JSON.stringify(query), next]) } : {}),
    });
  }
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { all, api, query } from '../../../web/src/api.ts';
import { today } from '../../../web/src/days.ts';
import { figure } from '../../../web/src/format.ts';
import { loadFacts } from '../../../web/src/service-facts.ts';

const { fetch } = globalThis;
let asked: string[];
/** What the service answers; one that throws is not there. */
let answer: (path: string) => Response;
beforeEach(() => {
  asked = [];
  globalThis.fetch = (path) => {
    asked.push(path as string);
    return new Promise((resolve) => resolve(answer(path as string)));
  };
});
afterEach(() => {
  globalThis.fetch = fetch;
});

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const refusal = (status: number): Response => json({ code: 'refused', detail: `It is ${status}.` }, status);
const sources = (...newest: (string | null)[]) => ({
  data: newest.map((day) => ({ newest_compared: day })),
  next_cursor: null,
});
const catalog = { time_zone: 'Europe/Berlin', currencies: [{ currency: 'JPY', exponent: 0 }] };

it('given a list, then all of its pages are read; one that does not end is cut, and says so', async () => {
  answer = (path) => json({ data: [path], next_cursor: path.includes('cursor=b') ? null : 'b' });
  expect(await all('/list?limit=1')).toEqual({ rows: ['/list?limit=1', '/list?limit=1&cursor=b'], cut: false });
  answer = () => json({ data: [0], next_cursor: 'on' });
  const { rows, cut } = await all('/list');
  expect([rows.length, cut]).toEqual([50, true]);
});

it('given the service is not ready, then that is an answer; the page of somebody in between is none', async () => {
  answer = () => json({ status: 'not ready' }, 503);
  expect(await api('/health/ready')).toEqual({ status: 'not ready' });
  answer = () => new Response('<h1>Bad gateway</h1>', { status: 503 });
  await expect(api('/v1/session', { method: 'DELETE' })).rejects.toThrow('The service answered 503.');
});

it('given what is set, then an empty text is set too', () => {
  expect(query({ medium: '', source: undefined, to: '2026-10-03' })).toBe('?medium=&to=2026-10-03');
});

it('given a service, then the zone and the decimals are its own, and the newest day is that of a comparison', async () => {
  answer = (path) => json(path === '/v1/catalog' ? catalog : sources('2026-09-30', null, '2026-10-03'));
  expect(await loadFacts()).toEqual({ zone: 'Europe/Berlin', newest: '2026-10-03' });
  expect(figure('1000', 'JPY')).toBe('1,000 JPY');
});

it('given what every view needs, then nothing of it waits for the rest, and the page asks it beforehand', async () => {
  globalThis.fetch = (path) => {
    asked.push(path as string);
    return new Promise(() => undefined); // never
  };
  void loadFacts();
  await Promise.resolve();
  expect(asked).toEqual(['/v1/catalog', '/v1/sources']);
  const page = readFileSync(path.join(import.meta.dirname, '../../../web/index.html'), 'utf8');
  const preloaded = [...page.matchAll(/rel="preload".* href="([^"]+)"/g)].map(([, href]) => href);
  expect(preloaded).toEqual(['/v1/session', ...asked]);
});

it('given a question without a body, then it has no header of its own: what was preloaded is its answer', async () => {
  let sent: unknown;
  globalThis.fetch = (_, init) => {
    sent = init;
    return Promise.resolve(json({}));
  };
  await api('/v1/session');
  expect(sent).toEqual({ method: 'GET', credentials: 'same-origin' });
});

it('given nothing was compared yet, then the days begin with today', async () => {
  answer = (path) => json(path === '/v1/catalog' ? catalog : sources(null));
  expect((await loadFacts()).newest).toBe(today('Europe/Berlin'));
});

it.each(['/v1/catalog', '/v1/sources'])('given %s is not answered, then nothing is made up', async (down) => {
  answer = (path) => (path.startsWith(down) ? refusal(503) : json({ ...catalog, ...sources() }));
  await expect(loadFacts()).rejects.toThrow('It is 503.');
  answer = (path) => {
    if (path.startsWith(down)) throw new TypeError('not there');
    return json({ ...catalog, ...sources() });
  };
  await expect(loadFacts()).rejects.toThrow('The service does not answer.');
});

it('given a key that may not read comparisons, then the days begin with today', async () => {
  answer = (path) => (path === '/v1/catalog' ? json(catalog) : refusal(403));
  const facts = await loadFacts();
  expect([facts.zone, facts.newest]).toEqual(['Europe/Berlin', expect.stringMatching(/^\d{4}-\d\d-\d\d$/)]);
  expect(asked.length).toBe(2);
});

import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, Header, Module, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import express from 'express';
import fastify from 'fastify';
import {
  type Consent,
  createLanding,
  type Landing,
  type LandingOptions,
  type NodeRequest,
} from '../../../src/landing/landing.js';
import { FakeLedger } from './fake-ledger.js';

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
const UTM = '/welcome?utm_source=google&utm_medium=cpc&email=ada@example.com';
const COOKIE = /^tl_anonymous_id=([0-9a-f-]{36}); Path=\/; HttpOnly; SameSite=Lax; Max-Age=34128000$/;

let ledger: FakeLedger;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  ledger = await new FakeLedger().open();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await ledger.close();
});

const landingOf = (said: Consent | (() => Consent) = 'granted', more: Partial<LandingOptions> = {}): Landing =>
  createLanding({
    ...{ url: ledger.url, key: 'k', consent: () => (typeof said === 'function' ? said() : said), retryMs: 1 },
    ...more,
  });

interface Page {
  status: number;
  text: string;
  cookies: string[];
}
type Open = (path: string, headers?: Record<string, string>) => Promise<Page>;

const opener =
  (url: string): Open =>
  async (path, headers = {}) => {
    const answer = await fetch(url + path, { headers: { accept: 'text/html', 'user-agent': AGENT, ...headers } });
    return { status: answer.status, text: await answer.text(), cookies: answer.headers.getSetCookie() };
  };

async function inExpress(landing: Landing): Promise<Open> {
  const app = express();
  app.use((_request, response, next) => {
    response.cookie('session', 's1');
    next();
  });
  app.use(landing.middleware);
  app.get('/welcome', (request, response) => void response.send(landing.visitOf(request).anonymousId ?? 'nobody'));
  const server = await new Promise<http.Server>((resolve) => {
    const opened = app.listen(0, '127.0.0.1', () => resolve(opened));
  });
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return opener(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function inFastify(landing: Landing): Promise<Open> {
  const app = fastify();
  app.addHook('onRequest', landing.fastify);
  app.get('/welcome', async (request, reply) => {
    void reply.header('set-cookie', 'session=s1');
    return landing.visitOf(request.raw).anonymousId ?? 'nobody';
  });
  closing.push(() => app.close());
  return opener(await app.listen({ port: 0, host: '127.0.0.1' }));
}

async function inNest(landing: Landing): Promise<Open> {
  @Controller()
  class Welcome {
    @Get('welcome')
    @Header('set-cookie', 'session=s1')
    welcome(@Req() request: { raw: NodeRequest }): string {
      return landing.visitOf(request.raw).anonymousId ?? 'nobody';
    }
  }
  @Module({ controllers: [Welcome] })
  class Shop {}
  const app = await NestFactory.create<NestFastifyApplication>(Shop, new FastifyAdapter(), { logger: false });
  app.getHttpAdapter().getInstance().addHook('onRequest', landing.fastify);
  closing.push(() => app.close());
  await app.listen(0, '127.0.0.1');
  return opener(await app.getUrl());
}

/** As Next's middleware does: a web-standard request in, whose URL is that of the process, headers of the answer out. */
async function inNext(landing: Landing): Promise<Open> {
  return async (path, headers = {}) => {
    const request = new Request(`http://10.0.0.7:3000${path}`, {
      headers: { host: 'localhost', accept: 'text/html', 'user-agent': AGENT, ...headers },
    });
    const answer = new Headers({ 'set-cookie': 'session=s1' });
    const visit = landing.web(request, answer, (work) => void closing.push(() => work));
    return { status: 200, text: visit.anonymousId ?? 'nobody', cookies: answer.getSetCookie() };
  };
}

const frameworks: [name: string, start: (landing: Landing) => Promise<Open>][] = [
  ['Express', inExpress],
  ['Fastify', inFastify],
  ['Nest on Fastify', inNest],
  ["Request and Response, as Next's middleware", inNext],
];

describe.each(frameworks)('given a shop with %s', (_name, start) => {
  const ours = ({ cookies }: Page): string[] => cookies.filter((cookie) => cookie.startsWith('tl_'));

  it('when a visitor who consented lands, then there is a cookie, an id for the handlers, and one touch', async () => {
    const open = await start(landingOf());
    const page = await open(UTM, { referer: 'https://www.google.com/' });
    const [cookie] = ours(page);
    const id = COOKIE.exec(cookie!)![1]!;
    expect([page.status, page.text]).toEqual([200, id]);
    await ledger.received(1);
    expect(ledger.batches[0]!.key).toBe('Bearer k');
    expect(ledger.events).toEqual([
      expect.objectContaining({
        ...{ specversion: '1.0', type: 'touch.recorded', source: '/landing' },
        data: expect.objectContaining({ anonymous_id: id, source: 'google', referrer: 'https://www.google.com' }),
      }),
    ]);
    expect(JSON.stringify(ledger.events)).not.toContain('example.com');
  });

  it('when the visitor comes back, then the id is the same, and only a new mark is a new touch', async () => {
    const open = await start(landingOf());
    const first = await open(UTM);
    const cookie = ours(first)[0]!.split(';')[0]!;
    const again = await open('/welcome', { cookie });
    const marked = await open('/welcome?gclid=1', { cookie });
    expect([again.text, ours(again), marked.text, ours(marked)]).toEqual([first.text, [], first.text, []]);
    await ledger.received(2);
    expect(ledger.events.map(({ data }) => [data['source'], data['click_id']])).toEqual([
      ['google', undefined],
      [undefined, 'gclid'],
    ]);
  });

  it.each(['unknown', 'denied'] as const)('when consent is %s, then nothing is set, sent or known', async (said) => {
    const landing = landingOf(said);
    const page = await (await start(landing))(UTM);
    expect([page.status, page.text, ours(page), landing.state()]).toEqual([
      ...[200, 'nobody', []],
      { waiting: 0, sent: 0, dropped: 0 },
    ]);
  });

  it('when consent is withdrawn, then the cookie goes and the ledger is told', async () => {
    let said: Consent = 'granted';
    const open = await start(landingOf(() => said));
    const first = await open(UTM);
    said = 'denied';
    const page = await open('/welcome', { cookie: ours(first)[0]!.split(';')[0]! });
    expect([page.text, ours(page)[0]]).toEqual(['nobody', expect.stringContaining('tl_anonymous_id=; ')]);
    await ledger.received(2);
    expect(ledger.events[1]).toMatchObject({
      type: 'consent.changed',
      data: { anonymous_id: first.text, analytics: 'denied' },
    });
  });

  it('when images are asked for meanwhile, then the ledger is told by the page alone', async () => {
    let said: Consent = 'granted';
    const landing = landingOf(() => said, { cookie: { domain: 'localhost' } });
    const open = await start(landing);
    const cookie = ours(await open(UTM))[0]!.split(';')[0]!;
    said = 'denied';
    const image = await open('/welcome', { cookie, accept: 'image/avif,*/*' });
    expect([image.text, ours(image)]).toEqual(['nobody', []]);
    // As it was set, and as it was before there was a domain.
    expect(ours(await open('/welcome', { cookie }))).toHaveLength(2);
    await landing.flush();
    expect(ledger.events.map(({ type }) => type)).toEqual(['touch.recorded', 'consent.changed']);
  });

  it('when the shop cannot tell what was said, then the page is as ever', async () => {
    const landing = landingOf(() => {
      throw new Error('the session store is away');
    });
    const page = await (await start(landing))(UTM);
    expect([page.status, page.text, ours(page)]).toEqual([200, 'nobody', []]);
  });

  it('when the shop answers with a promise, then that is no consent, and its failure is not the process’s', async () => {
    const failed: unknown[] = [];
    const note = (error: unknown): void => void failed.push(error);
    process.on('unhandledRejection', note);
    closing.push(() => process.off('unhandledRejection', note));
    const answers = [Promise.resolve('granted'), Promise.reject(new Error('the session store is away'))];
    const open = await start(landingOf((() => answers.pop()) as unknown as () => Consent));
    for (const page of [await open(UTM), await open(UTM)])
      expect([page.status, page.text, ours(page)]).toEqual([200, 'nobody', []]);
    await new Promise(setImmediate);
    expect(failed).toEqual([]);
  });

  it('when the shop sets a cookie of its own, then both are set', async () => {
    const { cookies } = await (await start(landingOf()))(UTM);
    expect(cookies.map((cookie) => cookie.split('=')[0]).sort()).toEqual(['session', 'tl_anonymous_id']);
  });
});

describe('what the visitor consents to on the page where they landed', () => {
  const page = { url: 'http://localhost/welcome?utm_source=newsletter', referrer: 'https://mail.google.com/mail/u/0' };
  const asked = () => new Request('http://localhost/consent', { method: 'POST', headers: { 'user-agent': AGENT } });

  it('is recorded then, and the id is known at once', async () => {
    const landing = landingOf('unknown');
    const request = asked();
    const cookie = landing.consented(request, page)!;
    expect(landing.visitOf(request)).toEqual({ consent: 'granted', anonymousId: COOKIE.exec(cookie)![1] });
    await ledger.received(1);
    expect(ledger.events[0]!.data).toMatchObject({ source: 'newsletter', referrer: 'https://mail.google.com' });
  });

  it('is handed to the runtime that would end before it is sent', async () => {
    const work: Promise<unknown>[] = [];
    landingOf('unknown').consented(asked(), page, (each) => void work.push(each));
    expect([work.length, ledger.events]).toEqual([1, []]);
    await work[0];
    expect(ledger.events).toHaveLength(1);
  });

  it.each(['https://elsewhere.example/?utm_source=forged', 'nonsense'])('is not taken from %s', (url) => {
    const landing = landingOf('unknown');
    expect(landing.consented(asked(), { url })).toBeUndefined();
    expect(landing.state().waiting).toBe(0);
  });
});

describe('a web-standard request behind a proxy, whose URL is that of the process', () => {
  const forwarded = {
    host: 'shop.example.com',
    'x-forwarded-proto': 'https',
    accept: 'text/html',
    'user-agent': AGENT,
  };
  const page = 'https://shop.example.com/pricing';
  const asked = (url: string, headers: Record<string, string> = forwarded) => new Request(url, { headers });

  it('is of the host and the scheme that the proxy passes on: the page, the cookie, and what its own pages are', async () => {
    const answer = new Headers();
    const request = asked('http://localhost:3000/pricing?utm_source=google', { ...forwarded, referer: page });
    const landing = landingOf();
    landing.web(request, answer);
    expect(answer.getSetCookie()).toEqual([expect.stringMatching(/; Secure$/)]);
    await landing.flush();
    const { anonymous_id: _id, ...touch } = ledger.events[0]!.data;
    expect(touch).toEqual({ source: 'google', landing_page: page });
  });

  it('that takes a consent believes the page of that host', async () => {
    const landing = landingOf('unknown');
    const consented = (url: string) => landing.consented(asked('http://localhost:3000/consent'), { url });
    expect([consented('http://localhost:3000/pricing'), consented(page)]).toEqual([
      ...[undefined, expect.stringMatching(/; Secure$/)],
    ]);
    await landing.flush();
    expect(ledger.events.map(({ data }) => data['landing_page'])).toEqual([page]);
  });

  it.each([
    ['no headers of a proxy', {}, 'https://10.0.0.7:3000/pricing'],
    ['a host alone', { host: 'shop.example.com' }, page],
    ['a scheme alone', { 'x-forwarded-proto': 'http, https' }, 'http://10.0.0.7:3000/pricing'],
  ])('given %s, then the rest is as the URL says', async (_what, given, landingPage) => {
    const landing = landingOf();
    const headers = { accept: 'text/html', 'user-agent': AGENT, ...given } as Record<string, string>;
    landing.web(asked('https://10.0.0.7:3000/pricing', headers), new Headers());
    await landing.flush();
    expect(ledger.events.map(({ data }) => data['landing_page'])).toEqual([landingPage]);
  });
});

describe('a handler whose request is another object than that of the middleware', () => {
  const open = (cookie: string) => new Request(`http://localhost${UTM}`, { headers: { cookie, accept: 'text/html' } });

  it('learns the consent and the id that the request says itself, and nothing is recorded', async () => {
    const landing = landingOf();
    const cookie = (await (await inNext(landing))(UTM)).cookies.at(-1)!;
    await landing.flush();
    const anonymousId = COOKIE.exec(cookie)![1];
    const visit = landing.visitOf(open(cookie.split(';')[0]!));
    expect([visit, landing.state().sent]).toEqual([{ consent: 'granted', anonymousId }, 1]);
    expect(landing.visitOf(open(''))).toEqual({ consent: 'granted', anonymousId: undefined });
    expect(landingOf('denied').visitOf(open(cookie))).toEqual({ consent: 'denied', anonymousId: undefined });
    expect(landing.state()).toEqual({ waiting: 0, sent: 1, dropped: 0 });
  });
});

describe('while the ledger is away', () => {
  const lands = async (landing: Landing): Promise<void> => {
    const open = await inNext(landing);
    await open(UTM);
  };

  it('a page is answered before anything was sent, and the touch is sent again under its id', async () => {
    ledger.next = [503, 'hang', 429];
    const landing = landingOf('granted', { timeoutMs: 30 });
    await lands(landing);
    expect([landing.state().waiting, ledger.batches]).toEqual([1, []]);
    await ledger.received(4);
    await landing.flush();
    expect(new Set(ledger.events.map(({ id }) => id)).size).toBe(1);
    expect(landing.state()).toEqual({ waiting: 0, sent: 1, dropped: 0 });
  });

  it.each([
    ['it refuses', [400], {}, 'refused'],
    ['it stays away', [503, 503], { attempts: 2 }, 'out_of_attempts'],
  ] as const)('when %s, then the touch is given up and somebody is told', async (_what, next, more, reason) => {
    ledger.next = [...next];
    let tell: (why: string) => void;
    const told = new Promise<string>((resolve) => (tell = resolve));
    const onDropped = (why: string): void => {
      tell(why);
      throw new Error('nobody listens');
    };
    const landing = landingOf('granted', { ...more, onDropped });
    await lands(landing);
    expect([await told, landing.state()]).toEqual([reason, { waiting: 0, sent: 0, dropped: 1 }]);
  });

  it('when it stays away, then the touch is given up after five minutes', async () => {
    jest.useFakeTimers();
    closing.push(() => jest.useRealTimers());
    const landing = landingOf('granted', { retryMs: 1_000, fetch: () => Promise.reject(new Error('away')) });
    landing.web(
      new Request(`http://localhost${UTM}`, { headers: { accept: 'text/html', 'user-agent': AGENT } }),
      new Headers(),
    );
    await jest.advanceTimersByTimeAsync(5 * 60_000);
    expect(landing.state()).toEqual({ waiting: 1, sent: 0, dropped: 0 });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(landing.state()).toEqual({ waiting: 0, sent: 0, dropped: 1 });
  });

  it('when more come than may wait, then the earliest stay', async () => {
    ledger.next = ['hang'];
    const landing = landingOf('granted', { waitingMax: 2, timeoutMs: 30 });
    for (let n = 0; n < 3; n++) await lands(landing);
    expect(landing.state()).toEqual({ waiting: 2, sent: 0, dropped: 1 });
    await landing.flush();
    expect(landing.state()).toEqual({ waiting: 0, sent: 2, dropped: 1 });
  });
});

it('the whole middleware imports nothing but itself and a list of names, so it runs at the edge too', () => {
  const src = path.join(import.meta.dirname, '../../../src');
  const queue = [path.join(src, 'landing/landing.ts')];
  const seen = new Set<string>();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    seen.add(path.relative(src, file));
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)) {
      expect(name).toMatch(/^\./);
      queue.push(path.join(path.dirname(file), name!.replace(/\.js$/, '.ts')));
    }
  }
  expect([...seen].filter((file) => !file.startsWith('landing/'))).toEqual(['catalog/attribution-markers.ts']);
  const { exports } = JSON.parse(readFileSync(path.join(src, '../package.json'), 'utf8')) as Record<string, any>;
  expect(exports['./landing'].default).toBe('./dist/landing/landing.js');
});

it.each([{ url: 'nonsense' }, { key: '' }, { consent: undefined }, { cookie: { name: 'a b' } }])(
  'options that cannot work are refused: %j',
  (wrong) => {
    const given = { url: 'http://127.0.0.1:3000', key: 'k', consent: () => 'granted' as const, ...wrong };
    expect(() => createLanding(given as LandingOptions)).toThrow(TypeError);
  },
);

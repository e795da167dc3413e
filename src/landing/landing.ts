import { checkCookie, type CookieOptions } from './cookies.js';
import { hostIn, type LandingRequest } from './read-touch.js';
import { type CloudEvent, type DropReason, type QueueOptions, type QueueState, TouchQueue } from './touch-queue.js';
import { type Consent, createVisits, type Visit } from './visits.js';

export type { CloudEvent, Consent, CookieOptions, DropReason, LandingRequest, QueueState, Visit };

export interface LandingOptions extends QueueOptions {
  /** CloudEvents source that the key may write. Default: `/landing`. */
  origin?: string;
  /**
   * What the visitor said, from your own cookie or session. Answers at once: whatever is none of the words, a promise too, is `unknown`.
   * Without `granted` no id is set and nothing is recorded.
   */
  consent: (request: LandingRequest) => Consent;
  cookie?: CookieOptions;
  /** Default: the clock. */
  now?: () => Date;
}

/** The page of a visitor who consents on it, as its script tells: `location.href` and `document.referrer`. */
export interface Page {
  url: string;
  referrer?: string;
}

/** Request and response of Node, and of what is built on them (Express, Connect, Nest). */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  originalUrl?: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}
export interface NodeResponse {
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string[]): unknown;
}
/** What a Fastify hook is given. */
export interface FastifyLike {
  raw: NodeRequest;
}
export interface FastifyReplyLike {
  header(name: string, value: string): unknown;
}

/** The runtime's own, where it would end before what was recorded is sent. */
export type WaitUntil = (work: Promise<unknown>) => void;

export type Landing = ReturnType<typeof createLanding>;

/**
 * First touches, recorded by the server that the visitor lands on. Uses nothing but what the web and Node both have, so it runs in
 * Node and at the edge. It never throws into a page and never makes one wait. Throws TypeError for options that cannot work.
 */
export function createLanding(options: LandingOptions) {
  const { url, key, consent, origin = '/landing', cookie = {}, now = () => new Date() } = options;
  if (!URL.canParse(url)) throw new TypeError('url must be the address of the ledger, such as http://127.0.0.1:3000');
  if (typeof key !== 'string' || key === '') throw new TypeError('key must be an API key with the scope events:write');
  if (typeof consent !== 'function') throw new TypeError('consent must be a function that tells what the visitor said');
  checkCookie(cookie);
  const queue = new TouchQueue(options);
  const visits = createVisits({
    ...{ consent, cookie },
    send: (type, data) =>
      queue.add({
        ...{ specversion: '1.0', id: `${type}-${crypto.randomUUID()}`, source: origin, type },
        ...{ time: now().toISOString(), data },
      }),
  });

  return {
    /** For Express and Connect, and Nest on Express: `app.use(landing.middleware)`. */
    middleware(request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void): void {
      const { setCookie } = visits.see(request, fromNode(request));
      if (setCookie.length > 0) response.setHeader('set-cookie', [...cookiesOf(response), ...setCookie]);
      next();
    },

    /** For Fastify, and Nest on it, whose answers would replace a cookie of a middleware: `app.addHook('onRequest', landing.fastify)`. */
    fastify(request: FastifyLike, reply: FastifyReplyLike, done: () => void): void {
      const { setCookie } = visits.see(request.raw, fromNode(request.raw));
      for (const each of setCookie) reply.header('set-cookie', each); // Fastify adds it to those that are there
      done();
    },

    /** For Next and everything with a web-standard Request: adds the cookie to the headers of the answer. */
    web(request: Request, answer: Headers, waitUntil?: WaitUntil): Visit {
      const seen = visits.see(request, fromWeb(request));
      for (const each of seen.setCookie) answer.append('set-cookie', each);
      if (seen.sent !== undefined) waitUntil?.(seen.sent);
      return { consent: seen.consent, anonymousId: seen.anonymousId };
    },

    /**
     * For the route that takes a visitor's consent on the page where they landed: records that page, which nothing could be kept of
     * before. Answers the `Set-Cookie` to send, undefined when there already is an id and nothing to say.
     */
    consented(request: NodeRequest | Request, page: Page, waitUntil?: WaitUntil): string | undefined {
      const given = read(request);
      // The page says where it is; only that of this very host is believed.
      if (typeof page?.url !== 'string' || !URL.canParse(page.url) || new URL(page.url).host !== hostIn(given))
        return undefined;
      const header = (name: string): string | undefined =>
        name === 'referer' ? page.referrer : name === 'sec-fetch-site' ? undefined : given.header(name);
      const seen = visits.seeConsenting(request, { method: 'GET', url: page.url, header });
      if (seen.sent !== undefined) waitUntil?.(seen.sent);
      return seen.setCookie[0];
    },

    /**
     * Who a request is from: the Node request, Fastify's `request.raw`, the web Request. Of one that the middleware has not seen, as Next's
     * handlers get another than its middleware, the consent and the id that it says itself.
     */
    visitOf: (request: NodeRequest | Request): Visit => visits.visitOf(request, () => read(request)),

    /** How many events wait, were sent, were lost. */
    state: (): QueueState => queue.state,

    /** Sends what waits, for a process that ends; resolves after `withinMs` at the latest. */
    flush: (withinMs?: number): Promise<void> => queue.flush(withinMs),
  };
}

const read = (request: NodeRequest | Request): LandingRequest =>
  request instanceof Request ? fromWeb(request) : fromNode(request);

const fromNode = ({ method = 'GET', url = '/', originalUrl, headers }: NodeRequest): LandingRequest => ({
  method,
  url: originalUrl ?? url, // Express shortens `url` below a mounted router
  header: (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(name === 'cookie' ? '; ' : ', ') : value;
  },
});

/** Behind a proxy the URL names this process, so host and scheme are those of the headers, as in Node; of the URL only where there are none. */
function fromWeb({ method, url, headers }: Request): LandingRequest {
  const { protocol, host, pathname, search } = new URL(url);
  const own = new Map([
    ['host', host],
    ['x-forwarded-proto', protocol.slice(0, -1)],
  ]);
  return { method, url: pathname + search, header: (name) => headers.get(name) ?? own.get(name) };
}

function cookiesOf(response: NodeResponse): string[] {
  const set = response.getHeader('set-cookie');
  return set === undefined ? [] : Array.isArray(set) ? set : [String(set)];
}

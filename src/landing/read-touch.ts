import { clickIdKinds, hostOf, referrerMarker } from '../catalog/attribution-markers.js';

/** A request as every framework has it. Names of headers are in lower case. */
export interface LandingRequest {
  method: string;
  /** Absolute, or path and query. */
  url: string;
  header(name: string): string | undefined;
}

/** The data of a `touch.recorded`, without who it was. */
export interface Touch {
  source?: string;
  medium?: string;
  campaign?: string;
  term?: string;
  content?: string;
  /** Scheme and host only. */
  referrer?: string;
  /** Without query and fragment. */
  landing_page: string;
  /** Kind of the click id, `gclid`; never its value, which names a person to the advertiser. */
  click_id?: string;
  /** What the browser says of the link that led here. */
  fetch_site?: 'cross-site' | 'same-site' | 'same-origin' | 'none';
}

const UTM = ['source', 'medium', 'campaign', 'term', 'content'] as const;
const TEXT_MAX = 200;
const PATH_MAX = 300;
const ENCODINGS_MAX = 5;
const FETCH_SITES: ReadonlySet<string> = new Set(['cross-site', 'same-site', 'same-origin', 'none']);
// A rough list: whoever calls itself a machine is no visitor. CUBOT is a brand of telephones.
const MACHINE =
  /(?<!cu)bot|crawl|spider|slurp|headless|preview|monitor|curl|wget|python|java\/|go-http|okhttp|axios|node/i;

/** Whether somebody opens a page: no form, no script's request, no image, no prefetch, no machine that says so. */
export function isLanding({ method, header }: LandingRequest): boolean {
  if (method !== 'GET') return false;
  const destination = header('sec-fetch-dest');
  if (destination !== undefined && destination !== 'document') return false;
  if (!/text\/html|application\/xhtml/.test(header('accept') ?? '')) return false;
  if (/prefetch|prerender/.test(header('sec-purpose') ?? header('purpose') ?? '')) return false;
  const agent = header('user-agent');
  return agent !== undefined && agent !== '' && !MACHINE.test(agent);
}

export const hostIn = (request: LandingRequest): string => addressOf(request)?.host ?? '';

/**
 * Where somebody came from: UTM parameters, the kind of a click id, an external referrer. `isMarked`: whether it has any of them.
 * Nothing else of the query is kept, and of a path nothing that looks like an address or a token. Undefined for an unreadable address.
 */
export function readTouch(request: LandingRequest): { touch: Touch; isMarked: boolean } | undefined {
  const address = addressOf(request);
  if (!address) return undefined;
  const touch: Touch = { landing_page: `${address.origin}${openPath(address.pathname)}` };
  for (const name of UTM) {
    const value = harmless(address.searchParams.get(`utm_${name}`));
    if (value !== undefined) touch[name] = value;
  }
  const click = clickIdKinds.find((kind) => address.searchParams.get(kind));
  if (click !== undefined) touch.click_id = click;
  const referrer = originOf(request.header('referer'));
  const site = request.header('sec-fetch-site');
  // The browser knows better than the hosts: a proxy may have put another one there, and subdomains are one site's.
  const isOwn = site === 'same-origin' || site === 'same-site' || hostOf(referrer) === hostOf(address.host);
  if (referrer !== undefined && !isOwn) touch.referrer = referrer;
  if (site !== undefined && FETCH_SITES.has(site)) touch.fetch_site = site as Touch['fetch_site'];
  const isMarked =
    UTM.some((name) => touch[name] !== undefined) ||
    click !== undefined ||
    referrerMarker(touch.referrer, touch.landing_page) !== undefined;
  return { touch, isMarked };
}

function addressOf({ url, header }: LandingRequest): URL | undefined {
  const secure = header('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
  const own = `${secure ? 'https' : 'http'}://${header('host') ?? 'localhost'}`;
  const address = url.startsWith('/') ? own + url : url; // put together: as a relative address, `//a` would be another host
  return URL.canParse(address) ? new URL(address) : undefined;
}

/** A referrer's page is the business of its own site. */
function originOf(referrer: string | undefined): string | undefined {
  if (referrer === undefined || !URL.canParse(referrer)) return undefined;
  const { origin, protocol, host } = new URL(referrer);
  return origin === 'null' ? (host === '' ? undefined : `${protocol}//${host}`) : origin;
}

/** A campaign's text; mail programs put their readers' addresses into some. */
function harmless(value: string | null): string | undefined {
  const text = value?.trim() ?? '';
  return text === '' || hasAddress(text) ? undefined : text.slice(0, TEXT_MAX).toWellFormed();
}

/** Whether there is an `@` under its encodings: each redirect on the way may have encoded it once more. What is encoded still more often counts as one. */
function hasAddress(text: string): boolean {
  for (let read = text, times = 0; times <= ENCODINGS_MAX; times++) {
    if (read.includes('@')) return true;
    const before = read;
    read = before.replace(/%([0-7][0-9a-f])/gi, (_encoded, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    if (read === before) return false;
  }
  return true;
}

const openPath = (path: string): string => path.split('/').map(openSegment).join('/').slice(0, PATH_MAX);

/** A segment of a path, `*` for what looks like an address or a secret. */
const openSegment = (segment: string): string =>
  hasAddress(segment) || (segment.length >= 24 && /\d/.test(segment) && !segment.includes('-')) ? '*' : segment;

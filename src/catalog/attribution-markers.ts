/** What tells where a visitor came from besides UTM parameters: click ids of advertisers and referring hosts. */
export interface ClickMarker {
  source: string;
  medium: string;
  kind: string;
}

const CLICK_IDS: Readonly<Record<string, readonly [source: string, medium: string]>> = {
  gclid: ['google', 'cpc'],
  wbraid: ['google', 'cpc'],
  gbraid: ['google', 'cpc'],
  dclid: ['google', 'display'],
  msclkid: ['bing', 'cpc'],
  // Facebook adds it to every link out, paid or not.
  fbclid: ['facebook', 'social'],
  ttclid: ['tiktok', 'cpc'],
  li_fat_id: ['linkedin', 'cpc'],
  twclid: ['twitter', 'cpc'],
};

// How the values look of those that can be told without their name.
const CLICK_ID_SHAPES: readonly (readonly [shape: RegExp, kind: string])[] = [
  [/^(?:Cj0|Cjw|EAIaIQ)/, 'gclid'],
  [/^(?:IwAR|IwY2|IwZX|fb\.\d\.)/, 'fbclid'],
  [/^E\.C\.P\./, 'ttclid'],
  [/^[0-9a-f]{32}$/, 'msclkid'],
];

const markerOf = (kind: string): ClickMarker => {
  const [source, medium] = CLICK_IDS[kind]!;
  return { source, medium, kind };
};

/** Query parameters of advertisers that hold a click id. */
export const clickIdKinds: readonly string[] = Object.keys(CLICK_IDS);

/**
 * The advertiser of a click id: named by its text (`gclid=…`, `gclid:…`, `gclid`), by a member or query parameter of that name (`named`),
 * or known by its shape. `named` answers whether there is one.
 */
export function clickMarker(clickId: string | undefined, named: (kind: string) => boolean): ClickMarker | undefined {
  const given = clickId?.trim() ?? '';
  const lower = given.toLowerCase();
  const kind = clickIdKinds.find((each) => lower.startsWith(each)) ?? clickIdKinds.find(named);
  if (kind !== undefined) return markerOf(kind);
  if (given === '') return undefined;
  const shape = CLICK_ID_SHAPES.find(([pattern]) => pattern.test(given));
  // A click id of an advertiser that we cannot tell is a paid click of somebody.
  return shape ? markerOf(shape[1]) : { source: '(not set)', medium: 'cpc', kind: 'other' };
}

const EMPTY = new Set([
  ...['', 'direct', '(direct)', 'none', '(none)', 'not set', '(not set)'],
  ...['null', 'undefined', 'unknown'],
]);

/** Whether a text, trimmed and in lower case, is what tools and clients write where they know nothing. */
export const marksNothing = (text: string): boolean => EMPTY.has(text);

/** Other names of one source, in lower case. */
export const sourceAliases: ReadonlyMap<string, string> = new Map([
  ['adwords', 'google'],
  ['googleads', 'google'],
  ['google_ads', 'google'],
  ['google-ads', 'google'],
  ['google ads', 'google'],
  ['google.com', 'google'],
  ['www.google.com', 'google'],
  ['bingads', 'bing'],
  ['bing.com', 'bing'],
  ['fb', 'facebook'],
  ['facebook.com', 'facebook'],
  ['m.facebook.com', 'facebook'],
  ['l.facebook.com', 'facebook'],
  ['lm.facebook.com', 'facebook'],
  ['ig', 'instagram'],
  ['instagram.com', 'instagram'],
  ['l.instagram.com', 'instagram'],
  ['linkedin.com', 'linkedin'],
  ['lnkd.in', 'linkedin'],
  ['com.linkedin.android', 'linkedin'],
  ['x', 'twitter'],
  ['x.com', 'twitter'],
  ['t.co', 'twitter'],
  ['twitter.com', 'twitter'],
  ['mobile.twitter.com', 'twitter'],
  ['youtube.com', 'youtube'],
  ['m.youtube.com', 'youtube'],
  ['youtu.be', 'youtube'],
  ['tiktok.com', 'tiktok'],
  ['reddit.com', 'reddit'],
  ['old.reddit.com', 'reddit'],
  ['out.reddit.com', 'reddit'],
  ['threads.net', 'threads'],
  ['pinterest.com', 'pinterest'],
  ['bsky.app', 'bluesky'],
]);

export const mediumAliases: ReadonlyMap<string, string> = new Map([
  ['ppc', 'cpc'],
  ['paidsearch', 'cpc'],
  ['paid-search', 'cpc'],
  ['paid_search', 'cpc'],
  ['paid search', 'cpc'],
  ['sem', 'cpc'],
  ['e-mail', 'email'],
]);

export const socialNetworks: ReadonlySet<string> = new Set([
  'facebook',
  'instagram',
  'linkedin',
  'twitter',
  'youtube',
  'tiktok',
  'reddit',
  'threads',
  'pinterest',
  'bluesky',
]);

const SEARCH: readonly (readonly [host: RegExp, source: string])[] = [
  [/^google\.(?:com|[a-z]{2}|com?\.[a-z]{2})$/, 'google'],
  [/^(?:[a-z-]+\.)?bing\.com$/, 'bing'],
  [/^(?:html\.|lite\.)?duckduckgo\.com$/, 'duckduckgo'],
  [/^(?:[a-z.]+\.)?search\.yahoo\.(?:com|co\.jp)$/, 'yahoo'],
  [/^(?:m\.)?baidu\.com$/, 'baidu'],
  [/^yandex\.(?:com|[a-z]{2})$/, 'yandex'],
  [/^ecosia\.org$/, 'ecosia'],
  [/^(?:lite\.)?qwant\.com$/, 'qwant'],
  [/^search\.brave\.com$/, 'brave'],
  [/^startpage\.com$/, 'startpage'],
  [/^kagi\.com$/, 'kagi'],
];

export const searchEngines: readonly string[] = SEARCH.map(([, source]) => source);

const MAIL = new Set(['mail.google.com', 'outlook.live.com', 'outlook.office.com', 'mail.yahoo.com', 'mail.proton.me']);

// Pages a customer passes on the way to paying or signing in: they send nobody.
const PASSED_THROUGH =
  /^(?:checkout|hooks|pay|billing|invoice|js)\.stripe\.com$|(?:^|\.)paypal\.com$|^accounts\.google\.com$|^appleid\.apple\.com$|^login\.microsoftonline\.com$|^(?:localhost|127\.0\.0\.1)$/;

/** The marker of an external referrer; undefined when there is none, it is a page of the same site, or one that only was passed through. */
export function referrerMarker(
  referrer: string | undefined,
  landingPage: string | undefined,
): { source: string; medium: string; host: string } | undefined {
  const host = hostOf(referrer);
  if (host === undefined || PASSED_THROUGH.test(host) || isSameSite(host, hostOf(landingPage))) return undefined;
  const search = SEARCH.find(([pattern]) => pattern.test(host));
  if (search) return { source: search[1], medium: 'organic', host };
  const source = sourceAliases.get(host) ?? host;
  if (socialNetworks.has(source)) return { source, medium: 'social', host };
  return { source, medium: MAIL.has(host) ? 'email' : 'referral', host };
}

/** The host of a URL or of a bare `host/path`, without `www.`; undefined for a path or for no URL at all. */
export function hostOf(url: string | undefined): string | undefined {
  const match = /^(?:(?:[a-z][a-z0-9+.-]*:)?\/\/)?(?:[^/?#@]*@)?([^/?#:@\s]+)/i.exec(url?.trim() ?? '');
  const host = match?.[1]
    ?.toLowerCase()
    .replace(/^www\./, '')
    .replace(/\.$/, '');
  return host !== undefined && host.length <= 253 && /^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+$|^localhost$/u.test(host)
    ? host
    : undefined;
}

const isSameSite = (host: string, own: string | undefined): boolean =>
  own !== undefined && (host === own || host.endsWith(`.${own}`) || own.endsWith(`.${host}`));

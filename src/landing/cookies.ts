/** The one cookie of the landing middleware: an anonymous id, first-party, unreadable to scripts. */
export interface CookieOptions {
  /** Default: `tl_anonymous_id`. */
  name?: string;
  /** Default: 395; browsers keep none longer than 400. */
  maxAgeDays?: number;
  /** Shares the id between subdomains. Default: only the host that set it. */
  domain?: string;
  /** Default: true, except for `localhost` and `127.0.0.1`. */
  secure?: boolean;
}

const NAME = 'tl_anonymous_id';
const MAX_AGE_DAYS = 395;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const DOMAIN = /^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i;

/** Throws TypeError for a name or a domain that would break the header. */
export function checkCookie({ name = NAME, domain, maxAgeDays = MAX_AGE_DAYS }: CookieOptions): void {
  if (!TOKEN.test(name)) throw new TypeError('cookie.name must be a token of letters, digits and -_.');
  if (domain !== undefined && !DOMAIN.test(domain)) throw new TypeError('cookie.domain must be a host name');
  if (!(maxAgeDays > 0)) throw new TypeError('cookie.maxAgeDays must be more than 0');
}

/** The anonymous id that a `Cookie` header carries; undefined for none, and for what we never gave out. */
export function readId(header: string | undefined, { name = NAME }: CookieOptions): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    if (ID.test(value)) return value;
  }
  return undefined;
}

/** A `Set-Cookie` value that keeps an id on a host. */
export const writeId = (id: string, host: string, options: CookieOptions): string =>
  setCookie(id, Math.round((options.maxAgeDays ?? MAX_AGE_DAYS) * 86_400), host, options);

/** `Set-Cookie` values that remove it, with a domain also the one that was set before there was a domain: to a browser they are two. */
export function removeId(host: string, { domain, ...options }: CookieOptions): string[] {
  const ofHost = setCookie('', 0, host, options);
  return domain === undefined ? [ofHost] : [setCookie('', 0, host, { ...options, domain }), ofHost];
}

function setCookie(value: string, maxAge: number, host: string, options: CookieOptions): string {
  const { name = NAME, domain, secure = !isLocal(host) } = options;
  const parts = [`${name}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Lax', `Max-Age=${maxAge}`];
  if (domain !== undefined) parts.push(`Domain=${domain}`);
  if (secure) parts.push('Secure');
  return parts.join('; ');
}

const isLocal = (host: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(host);

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../../ingest/ingest.js';
import type { Clock } from '../../kernel/clock.js';
import { Problem } from '../../kernel/errors.js';
import type { ApiKeys, KnownKey } from './api-keys.js';
import type { Pass, SessionStore } from './session-store.js';

const SESSION_MS = 12 * 3_600_000;
const CODE_MS = 24 * 3_600_000;
const TOKEN_BYTES = 32;
const COOKIE = 'tl_session';

export interface Session {
  token: string;
  principal: Principal;
  expiresAt: Date;
}

/** What of a request decides whether its cookie may be used. */
export interface CookieRequest {
  method: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

const sha256 = (...parts: (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** People at the dashboard: an API key exchanged for a cookie, so that no page ever keeps the key. */
export class Sessions {
  constructor(
    private readonly store: SessionStore,
    private readonly keys: ApiKeys,
    private readonly clock: Clock,
  ) {}

  /** Opens a session for a key. Throws Problem `unauthenticated`. */
  async open(key: string): Promise<Session> {
    const { keyId } = await this.keys.authenticate(`Bearer ${key}`);
    return this.openFor(await this.known(keyId));
  }

  /** Opens a session for a code, which is used up by it. Throws Problem `unauthenticated`. */
  async openByCode(code: string): Promise<Session> {
    const pass = await this.store.takeCode(sha256(code), this.clock());
    if (!pass) throw new Problem('unauthenticated', 'This sign-in link was used already, or is too old.');
    return this.openFor(await this.bound(pass, code));
  }

  /** A code that signs in once as the key that asks. */
  async code(keyId: string): Promise<{ code: string; expiresAt: Date }> {
    const code = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = new Date(this.clock().getTime() + CODE_MS);
    await this.store.insertCode(passOf(code, await this.known(keyId), expiresAt), this.clock());
    return { code, expiresAt };
  }

  /**
   * Who the cookie of a request speaks for; undefined without one. Throws Problem `unauthenticated` for a session that is over, and
   * `forbidden` for a change that another site's page asks for.
   */
  async principalOf(request: CookieRequest): Promise<Principal | undefined> {
    const token = tokenOf(request);
    if (token === undefined) return undefined;
    if (!['GET', 'HEAD'].includes(request.method) && !isSameOrigin(request))
      throw new Problem(
        'forbidden',
        'A signed-in session changes things from its own page only; elsewhere use an API key.',
      );
    const pass = await this.store.findSession(sha256(token), this.clock());
    if (!pass) throw new Problem('unauthenticated', 'The session is over; sign in again.');
    return (await this.bound(pass, token)).principal;
  }

  async end(request: CookieRequest): Promise<void> {
    const token = tokenOf(request);
    if (token !== undefined) await this.store.endSession(sha256(token));
  }

  private async openFor(key: KnownKey): Promise<Session> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = new Date(this.clock().getTime() + SESSION_MS);
    await this.store.insertSession(passOf(token, key, expiresAt), this.clock());
    return { token, principal: key.principal, expiresAt };
  }

  private async known(keyId: string): Promise<KnownKey> {
    const key = await this.keys.known(keyId);
    if (!key) throw new Problem('unauthenticated');
    return key;
  }

  /** The key of a pass, as long as it is the very key the pass was made with. */
  private async bound({ keyId, bound }: Pass, token: string): Promise<KnownKey> {
    const key = await this.known(keyId);
    if (!timingSafeEqual(bound, sha256(token, key.secretHash))) throw new Problem('unauthenticated');
    return key;
  }
}

const passOf = (token: string, { principal, secretHash }: KnownKey, expiresAt: Date): Pass => ({
  hash: sha256(token),
  keyId: principal.keyId,
  bound: sha256(token, secretHash),
  expiresAt,
});

function tokenOf({ headers }: CookieRequest): string | undefined {
  const cookies = typeof headers['cookie'] === 'string' ? headers['cookie'].split(';') : [];
  const mine = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${COOKIE}=`));
  const token = mine?.slice(COOKIE.length + 1);
  return token && /^[\w-]{43}$/.test(token) ? token : undefined;
}

// The cookie is SameSite=Strict already; this holds where a browser does not keep to that. A browser's own word on where a request comes
// from, which no page can set, also holds behind a proxy that calls us by another name than the page was asked under.
function isSameOrigin({ headers }: CookieRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const origin = headers['origin'];
  return typeof origin === 'string' && URL.canParse(origin) && new URL(origin).host === headers['host'];
}

/**
 * `Set-Cookie` of a session. Over https it is never sent in clear. How the page was reached is told by its origin, which a link that is
 * followed does not send, or by a proxy that speaks https for us: whoever makes that up can only keep the cookie from himself.
 */
export function sessionCookie(session: Session | undefined, { headers }: CookieRequest, now: Date): string {
  const isSecure = /^https(?::|,|$)/.test(String(headers['origin'] ?? headers['x-forwarded-proto'] ?? ''));
  const seconds = session ? Math.floor((session.expiresAt.getTime() - now.getTime()) / 1_000) : 0;
  return `${COOKIE}=${session?.token ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${isSecure ? '; Secure' : ''}`;
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeys } from '../../../src/app/auth/api-keys.js';
import type { Pass, SessionStore } from '../../../src/app/auth/session-store.js';
import { sessionCookie, Sessions, type Session } from '../../../src/app/auth/sessions.js';
import { memoryKeyStore } from './fake-service.js';

const ADMIN = 'operator-key-of-this-test';
const HOUR_MS = 3_600_000;

let now: Date;
let keys: ApiKeys;
let sessions: Sessions;
let store: ReturnType<typeof memoryStore>;
let keyStore: ReturnType<typeof memoryKeyStore>;
const clock = (): Date => now;

beforeEach(() => {
  now = new Date('2026-10-03T12:00:00Z');
  keyStore = memoryKeyStore();
  store = memoryStore();
  keys = new ApiKeys(keyStore, clock, ADMIN);
  sessions = new Sessions(store, keys, clock);
});

function memoryStore(): SessionStore & { passes: Map<string, Pass> } {
  const passes = new Map<string, Pass>();
  const good = (pass: Pass | undefined, at: Date): Pass | undefined => (pass && pass.expiresAt > at ? pass : undefined);
  const put = (pass: Pass) => Promise.resolve(void passes.set(pass.hash.toString('hex'), pass));
  return {
    passes,
    insertSession: put,
    insertCode: put,
    findSession: (hash, at) => Promise.resolve(good(passes.get(hash.toString('hex')), at)),
    endSession: (hash) => Promise.resolve(void passes.delete(hash.toString('hex'))),
    takeCode: (hash, at) => {
      const pass = passes.get(hash.toString('hex'));
      passes.delete(hash.toString('hex'));
      return Promise.resolve(good(pass, at));
    },
  };
}

const asking = ({ token }: Session, method = 'GET', headers: Record<string, string> = {}) => ({
  method,
  headers: { host: 'ledger.example', cookie: `other=1; tl_session=${token}`, ...headers },
});

describe('a session', () => {
  it('given a key, then its cookie speaks for that key, and neither token nor key is stored', async () => {
    const { token, key } = await keys.create({ name: 'Ada', scopes: ['read'] });
    const session = await sessions.open(token);
    expect(await sessions.principalOf(asking(session))).toMatchObject({ keyId: key.id, name: 'Ada', scopes: ['read'] });
    const stored = JSON.stringify(
      [...store.passes.values()].map((pass) => [pass.hash.toString('base64url'), pass.bound.toString('base64url')]),
    );
    expect(stored).not.toContain(session.token);
  });

  it.each([
    ['nothing', ''],
    ['a key that was never made', `tl_${'a'.repeat(12)}_${'b'.repeat(43)}`],
    ['a word', 'open sesame'],
  ])('given %s, then there is none', async (_, key) => {
    await expect(sessions.open(key)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(store.passes.size).toBe(0);
  });

  it('given a request without the cookie, or with something else in it, then nobody asks', async () => {
    for (const cookie of ['', 'tl_session=', 'tl_session=short', 'x_tl_session=1'])
      expect(await sessions.principalOf({ method: 'GET', headers: { cookie } })).toBeUndefined();
  });

  it('when its key is revoked, or the operator’s key is replaced, then it is over', async () => {
    const { token, key } = await keys.create({ name: 'Ada', scopes: ['read'] });
    const hers = await sessions.open(token);
    const operators = await sessions.open(ADMIN);
    await keys.revoke(key.id);
    await expect(sessions.principalOf(asking(hers))).rejects.toMatchObject({ code: 'unauthenticated' });
    const replaced = new Sessions(store, new ApiKeys(keyStore, clock, 'another-operator-key'), clock);
    await expect(replaced.principalOf(asking(operators))).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await sessions.principalOf(asking(operators))).toMatchObject({ keyId: 'admin' });
  });

  it('when twelve hours have passed, or somebody signs out, then it is over', async () => {
    const [first, second] = [await sessions.open(ADMIN), await sessions.open(ADMIN)];
    await sessions.end(asking(first));
    await expect(sessions.principalOf(asking(first))).rejects.toMatchObject({ code: 'unauthenticated' });
    now = new Date(now.getTime() + 12 * HOUR_MS);
    await expect(sessions.principalOf(asking(second))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each([
    ['its own page', { origin: 'https://ledger.example' }, true],
    ['a page of another site', { origin: 'https://evil.example' }, false],
    ['another port of the same host', { origin: 'https://ledger.example:444' }, false],
    ['an opaque origin', { origin: 'null' }, false],
    ['a request that does not say', {}, false],
    [
      'its own page behind a proxy that calls us by another name',
      { origin: 'https://public.example', 'sec-fetch-site': 'same-origin' },
      true,
    ],
    ['another page of the same site', { origin: 'https://ledger.example', 'sec-fetch-site': 'same-site' }, false],
    ['another site, whatever its origin', { origin: 'https://ledger.example', 'sec-fetch-site': 'cross-site' }, false],
  ])('given a change asked for by %s, then it counts only from its own', async (_, headers, good) => {
    const session = await sessions.open(ADMIN);
    const asked = sessions.principalOf(asking(session, 'POST', headers));
    if (good) expect(await asked).toMatchObject({ keyId: 'admin' });
    else await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
  });

  const reached = (headers: Record<string, string>) => ({ method: 'POST', headers });

  it('then its cookie is out of reach of scripts and of other sites, and secure where the page is', async () => {
    const session = await sessions.open(ADMIN);
    expect(sessionCookie(session, reached({ origin: 'https://ledger.example' }), now)).toBe(
      `tl_session=${session.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure`,
    );
    // A link that is followed sends no origin; a proxy says how it was asked.
    expect(sessionCookie(session, reached({ 'x-forwarded-proto': 'https' }), now)).toMatch(/; Secure$/);
    expect(sessionCookie(session, reached({ origin: 'http://ledger.example' }), now)).not.toMatch(/Secure/);
    expect(sessionCookie(undefined, reached({}), now)).toBe(
      'tl_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
    );
  });
});

describe('a sign-in code', () => {
  it('given one, then it signs in once, as the key that asked for it', async () => {
    const { token, key } = await keys.create({ name: 'Ada', scopes: ['read'] });
    const { keyId } = await keys.authenticate(`Bearer ${token}`);
    const { code } = await sessions.code(keyId);
    const twice = await Promise.allSettled([sessions.openByCode(code), sessions.openByCode(code)]);
    expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const opened = twice.find((each) => each.status === 'fulfilled')!;
    expect(opened.value.principal.keyId).toBe(key.id);
  });

  it('when a day has passed, or its key was revoked, then it signs in nobody', async () => {
    const { key } = await keys.create({ name: 'Ada', scopes: ['read'] });
    const [late, revoked] = [await sessions.code('admin'), await sessions.code(key.id)];
    await keys.revoke(key.id);
    await expect(sessions.openByCode(revoked.code)).rejects.toMatchObject({ code: 'unauthenticated' });
    now = new Date(now.getTime() + 24 * HOUR_MS);
    await expect(sessions.openByCode(late.code)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scopes, type Scope } from '../../src/app/auth/key-store.js';
import { ADMIN_KEY, ENTRY_ID, startApp, type RunningApp } from '../unit/app/fake-service.js';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** What a path's parameters are when a good request is made of it. */
const samples: Readonly<Record<string, string>> = {
  name: 'signups',
  id: ENTRY_ID,
  day: '2026-10-03',
  source: 'collector',
  metric: 'signups',
  code: 'internal',
  provider: 'stripe',
  week: '2026-W40',
  period: '2026-10',
};

interface Route {
  method: string;
  path: string;
  needed: Scope[];
}

/** Every route of the OpenAPI document; `needed` is empty where it says that no key is wanted. */
function routes(): Route[] {
  return Object.entries(app.document().paths).flatMap(([pattern, item]) =>
    (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => samples[name]!);
      const needed = (operation.security ?? []).flatMap((each) => Object.values(each).flat()) as Scope[];
      return [{ method: method.toUpperCase(), path, needed }];
    }),
  );
}

const ask = ({ method, path }: Route, key?: string) =>
  fetch(app.url + path, { method, headers: key ? { authorization: `Bearer ${key}` } : {} });
const make = (scope: readonly Scope[]) => app.keys.create({ name: `key for ${scope.join()}`, scopes: scope });

describe('every route of the document', () => {
  it('given the document, when its open routes are listed, then they are these and no others', () => {
    const open = routes().filter(({ needed }) => needed.length === 0);
    expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'DELETE /v1/session',
      'GET /health/live',
      'GET /health/ready',
      'GET /metrics',
      'GET /problems/internal',
      'POST /batch/',
      'POST /capture/',
      'POST /e/',
      'POST /i/v0/e/',
      'POST /v1/a',
      'POST /v1/alias',
      'POST /v1/b',
      'POST /v1/batch',
      'POST /v1/g',
      'POST /v1/group',
      'POST /v1/i',
      'POST /v1/identify',
      'POST /v1/p',
      'POST /v1/page',
      'POST /v1/s',
      'POST /v1/screen',
      'POST /v1/session',
      'POST /v1/t',
      'POST /v1/track',
      'POST /webhooks/stripe',
    ]);
  });

  it('given no key, when each guarded route is asked, then 401', async () => {
    const guarded = routes().filter(({ needed }) => needed.length > 0);
    expect(guarded.length).toBeGreaterThan(12);
    for (const route of guarded) expect([route.path, (await ask(route)).status]).toEqual([route.path, 401]);
  });

  it('given a key with every scope but the needed one, when each guarded route is asked, then 403 names it', async () => {
    for (const route of routes().filter(({ needed }) => needed.length > 0)) {
      const { token } = await make(scopes.filter((scope) => !route.needed.includes(scope)));
      const reply = await ask(route, token);
      expect([route.path, reply.status]).toEqual([route.path, 403]);
      expect(((await reply.json()) as { detail: string }).detail).toContain(route.needed[0]);
    }
  });

  it('given a key with the needed scope alone, when each guarded route is asked, then it is let in', async () => {
    for (const route of routes().filter(({ needed }) => needed.length > 0)) {
      const { token } = await make(route.needed);
      const { status } = await ask(route, token);
      expect([route.path, [401, 403].includes(status)]).toEqual([route.path, false]);
    }
  });

  it('given Fastify, when its routes are compared, then each but the documents themselves is in the document', async () => {
    const known = new Set(routes().map(({ method, path }) => `${method} ${path}`));
    const outside = ['/', '/flags', '/decide', '/array', '/docs', '/openapi', '/sign-in', '/assets'];
    const reply = await app.get('/openapi.json');
    expect(reply.status).toBe(200);
    for (const line of app.routePatterns()) {
      const path = line.pattern.replace(/:(\w+)/g, (_, name: string) => samples[name] ?? 'x');
      if (
        path === '/' ||
        outside.slice(1).some((prefix) => path.startsWith(prefix)) ||
        line.method === 'OPTIONS' ||
        line.method === 'HEAD'
      )
        continue;
      expect([...known]).toContain(
        known.has(`${line.method} ${path}`) ? `${line.method} ${path}` : `${line.method} ${otherSlash(path)}`,
      );
    }
  });
});

const otherSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`);

describe('a key', () => {
  const metrics: Route = { method: 'GET', path: '/v1/metrics', needed: ['read'] };
  const answer = async (authorization?: string) => {
    const reply = await fetch(`${app.url}/v1/metrics`, {
      headers: { 'x-correlation-id': 'same', ...(authorization && { authorization }) },
    });
    return { status: reply.status, body: await reply.text(), challenge: reply.headers.get('www-authenticate') };
  };

  it('given keys that are missing, malformed, unknown, wrong and revoked, when they are used, then nobody can tell them apart', async () => {
    const { key, token } = await make(['read']);
    const { key: revoked, token: worthless } = await make(['read']);
    await app.keys.revoke(revoked.id);
    const refused = await answer();
    expect(refused).toMatchObject({ status: 401, challenge: 'Bearer' });
    const wrong = `tl_${key.id}_${'A'.repeat(43)}`;
    for (const given of [
      `Bearer ${wrong}`,
      `Bearer tl_000000000000_${'A'.repeat(43)}`,
      `Bearer ${worthless}`,
      'Bearer nonsense',
      `Basic ${token}`,
      'Bearer',
      `Bearer ${ADMIN_KEY}x`,
    ]) {
      expect(await answer(given)).toEqual(refused);
    }
  });

  it('given a key in use, when it is revoked elsewhere, then it is worthless after five seconds', async () => {
    const { key, token } = await make(['read']);
    expect((await ask(metrics, token)).status).toBe(200);
    await app.keyStore.revoke(key.id, new Date());
    app.advance(5_001);
    expect((await ask(metrics, token)).status).toBe(401);
  });

  it('given a store that does not answer, when a key is used, then 503 and not 401', async () => {
    const { token } = await make(['read']);
    app.keyStore.down = true;
    const reply = await ask(metrics, token);
    app.keyStore.down = false;
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('given a key, when it is stored and logged, then its secret is in neither', async () => {
    const { key, token } = await make(['read']);
    await ask(metrics, token);
    const secret = token.slice(`tl_${key.id}_`.length);
    const stored = app.keyStore.keys.get(key.id)!;
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify({ ...stored, secretHash: stored.secretHash.toString('base64url') })).not.toContain(secret);
    expect(app.logged()).not.toContain(secret);
    expect(app.logged()).toContain(`key:${key.id}`);
  });

  it('given an events key with origins, when it sends, then ingest gets exactly them', async () => {
    const { token, key } = await app.keys.create({
      name: 'auth',
      account: 'shop',
      scopes: ['events:write'],
      origins: ['/auth', '/sso'],
    });
    await app.post('/v1/events', '{}', { authorization: `Bearer ${token}` });
    expect(app.service.seen.at(-1)!.principal).toEqual({
      keyId: key.id,
      account: 'shop',
      name: 'auth',
      scopes: ['events:write'],
      origins: ['/auth', '/sso'],
    });
  });
});

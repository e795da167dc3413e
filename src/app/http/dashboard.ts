import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Where the built page lies: beside the built service, or where the build puts it when the service runs from its sources. */
const here = path.dirname(fileURLToPath(import.meta.url));
const places = ['../../web', '../../../dist/web'].map((place) => path.join(here, place));

/** Nothing from elsewhere, nothing inline, in no frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

const NOT_BUILT = `<!doctype html><html lang="en"><title>Truth Ledger</title><h1>Truth Ledger</h1>
<p>The dashboard was not built with this service. The interface is described at <a href="/docs">/docs</a>.</p></html>`;

/** The dashboard at `/` and its files, whose names change with their content, under `/assets/`. */
export function registerDashboard(http: FastifyInstance): void {
  const root = places.find((place) => existsSync(path.join(place, 'index.html')));
  if (root === undefined) {
    http.get('/', (_, reply) => reply.headers(HEADERS).type('text/html; charset=utf-8').send(NOT_BUILT));
    return;
  }
  // Not waited for: that would close the set of routes before Nest has said how errors are answered.
  void http.register(fastifyStatic, {
    root: path.join(root, 'assets'),
    prefix: '/assets/',
    decorateReply: true,
    maxAge: '1y',
    immutable: true,
    setHeaders: (reply) => void reply.header('x-content-type-options', 'nosniff'),
  });
  http.get('/', (_, reply) =>
    reply.headers({ ...HEADERS, 'cache-control': 'no-cache' }).sendFile('index.html', root, { cacheControl: false }),
  );
}

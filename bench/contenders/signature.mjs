// What a careful team writes by hand: constant-time check of Stripe's signature over the raw bytes, the time within five minutes.
import { createHmac, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';

export const SECRET = 'whsec_bench_harbour';

/** The parsed event of a genuine request; undefined for any other. */
export function genuineEvent({ headers, body }) {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(headers['stripe-signature'] ?? '');
  if (!match) return undefined;
  const mac = createHmac('sha256', SECRET).update(`${match[1]}.`).update(body).digest();
  if (!timingSafeEqual(mac, Buffer.from(match[2], 'hex'))) return undefined;
  if (Math.abs(Date.now() / 1000 - Number(match[1])) > 300) return undefined;
  return JSON.parse(body.toString());
}

/** Fastify as it comes, bodies as bytes. */
export function bareFastify() {
  const app = Fastify({ bodyLimit: 1 << 20 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return app;
}

/** What the process has used so far. */
export function usage() {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  return {
    cpu_s: (user + system) / 1e6,
    rss_mb: Math.round(rss / 2 ** 20),
    heap_used_mb: Math.round(heapUsed / 2 ** 20),
    heap_total_mb: Math.round(heapTotal / 2 ** 20),
    external_mb: Math.round(external / 2 ** 20),
    rss_max_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** Listens, tells where, and stops when told. */
export async function serve(app, path, { stop = () => undefined } = {}) {
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const end = async () => {
    await app.close();
    await stop();
    process.exit(0);
  };
  process.on('message', async (message) => {
    if (message === 'state') process.send({ state: usage() });
    if (message !== 'stop') return;
    await end();
  });
  process.on('SIGTERM', end).on('disconnect', end);
  process.send({ ready: { url: `${address}${path}` } });
}

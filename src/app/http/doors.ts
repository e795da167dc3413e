import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { CollectReply } from '../../ingest/ingest.js';
import { providerNamed } from '../../ingest/providers/index.js';
import { Problem } from '../../kernel/errors.js';
import type { Service } from '../../service-types.js';
import { sendProblem } from '../errors/problem.filter.js';
import type { Telemetry } from '../telemetry.js';
import { rawRequest, webhookReply } from './outcome.js';

export const segmentPaths = [
  '/v1/track',
  '/v1/identify',
  '/v1/page',
  '/v1/screen',
  '/v1/group',
  '/v1/alias',
  '/v1/batch',
  // As the SDK for browsers (analytics.js) calls the same.
  '/v1/t',
  '/v1/i',
  '/v1/p',
  '/v1/s',
  '/v1/g',
  '/v1/a',
  '/v1/b',
] as const;
export const posthogPaths = ['/batch', '/e', '/capture', '/i/v0/e'] as const;
const flagPaths = ['/flags', '/decide'] as const;

const CORS_MAX_AGE_S = 86_400;

interface Doors {
  service: Service;
  telemetry: Telemetry;
  log: Logger;
}

/**
 * The doors that many knock at, straight on Fastify: no guard, pipe or interceptor stands between a delivery and the ledger.
 * Each proves who it is by itself, by signature or by write key.
 */
export function registerDoors(http: FastifyInstance, doors: Doors): void {
  http.post('/webhooks/:provider', (request, reply) => webhook(request as FastifyRequest<WebhookRoute>, reply, doors));
  const segment = collector('segment', doors, (kept) => ({ status: 202, body: { success: true, ...kept } }));
  const posthog = collector('posthog', doors, (kept) => ({ status: 200, body: { status: 'Ok', ...kept } }));
  for (const path of segmentPaths) browserRoute(http, 'POST', path, segment);
  for (const path of posthogPaths) browserRoute(http, 'POST', path, posthog);
  for (const path of flagPaths) browserRoute(http, 'POST', path, (_, reply) => reply.send(noFlags));
  browserRoute(http, 'GET', '/array/:token/config', (_, reply) => reply.send(remoteConfig));
  browserRoute(http, 'GET', '/array/:token/config.js', (_, reply) => reply.type('application/javascript').send(''));
}

interface WebhookRoute {
  Params: { provider: string };
}

async function webhook(
  request: FastifyRequest<WebhookRoute>,
  reply: FastifyReply,
  doors: Doors,
): Promise<FastifyReply> {
  const { service, telemetry, log } = doors;
  const { provider } = request.params;
  const began = performance.now();
  try {
    const outcomes = await service.ingest.webhook(provider, rawRequest(request));
    telemetry.door('webhooks', (performance.now() - began) / 1_000);
    const refused = outcomes.find(({ outcome }) => outcome === 'rejected');
    for (const { outcome } of outcomes) if (outcome !== 'rejected') telemetry.event('webhooks', provider, outcome);
    // What is genuine is kept. But a 2xx would promise it of everything in the delivery.
    if (refused) throw new Problem(refused.code ?? 'bad_signature', 'Not every event of the delivery is signed.');
    const accepted = providerNamed(provider)?.acknowledgement;
    if (accepted !== undefined) return await reply.code(200).type('text/plain; charset=utf-8').send(accepted);
    const { status, body } = webhookReply(outcomes);
    return await reply.code(status).send(body);
  } catch (error) {
    const { code } = sendProblem(reply, error, log);
    // The name comes from outside: one that is not ours would make a label for every guess.
    const origin = code === 'not_found' ? 'unknown' : provider.slice(0, 32);
    telemetry.event('webhooks', origin, code);
    log.warn({ correlation_id: request.id, origin, code }, 'a delivery was refused');
    return reply;
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>;

/** A client-side protocol: its answer's shape is the SDK's, the counts beside it are ours. */
function collector(
  protocol: 'segment' | 'posthog',
  { service, telemetry, log }: Doors,
  answer: (kept: CollectReply) => { status: number; body: unknown },
): Handler {
  return async (request, reply) => {
    const began = performance.now();
    try {
      const kept = await service.ingest.collect(protocol, rawRequest(request));
      telemetry.door('collector', (performance.now() - began) / 1_000);
      telemetry.event('collector', protocol, 'recorded', kept.accepted);
      telemetry.event('collector', protocol, 'duplicate', kept.duplicates);
      for (const [reason, count] of Object.entries(kept.rejected))
        telemetry.event('collector', protocol, reason, count);
      const { status, body } = answer(kept);
      return await reply.code(status).send(body);
    } catch (error) {
      const { code } = sendProblem(reply, error, log);
      telemetry.event('collector', protocol, code);
      return reply;
    }
  };
}

/** A route that a page of any origin may call, with and without the slash at its end. Write keys are public, so nothing is given away. */
function browserRoute(http: FastifyInstance, method: 'GET' | 'POST', path: string, handler: Handler): void {
  const open = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    reply.headers({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'retry-after, x-correlation-id',
    });
    done();
  };
  for (const url of path.includes('.') ? [path] : [path, `${path}/`]) {
    http.route({ method, url, onRequest: open, handler });
    http.route({
      method: 'OPTIONS',
      url,
      onRequest: open,
      handler: (request, reply) =>
        reply
          .code(204)
          .headers({
            'access-control-allow-methods': `${method}, OPTIONS`,
            'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
            'access-control-max-age': String(CORS_MAX_AGE_S),
            vary: 'access-control-request-headers',
          })
          .send(),
    });
  }
}

// PostHog's libraries ask for these before they send anything: no flags, no recording, gzip understood.
const noFlags = {
  flags: {},
  featureFlags: {},
  featureFlagPayloads: {},
  errorsWhileComputingFlags: false,
  sessionRecording: false,
  supportedCompression: ['gzip', 'gzip-js'],
  config: { enable_collect_everything: true },
  toolbarParams: {},
  isAuthenticated: false,
};
const remoteConfig = { ...noFlags, hasFeatureFlags: false, surveys: false, autocapture_opt_out: true, heatmaps: false };

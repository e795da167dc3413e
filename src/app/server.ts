import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { LogController, type FastifyInstance, type FastifyRequest } from 'fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { REPORT_BYTES_MAX } from '../close/tie-out/provider-reports.js';
import { Problem, type ProblemCode } from '../kernel/errors.js';
import { problemReply } from './errors/to-problem.js';
import { posthogPaths, segmentPaths } from './http/doors.js';
import type { RouteTable } from './routes.js';
import type { Telemetry } from './telemetry.js';
import type { Asker } from './commands/operator.js';
import type { AuthenticatedRequest } from './auth/scopes.guard.js';

/** Every limit of the HTTP server. The table in docs/explanation/limits.md says the same of those that a caller can meet. */
export const limits = {
  bodyBytes: 1_048_576,
  reportBytes: REPORT_BYTES_MAX,
  headerBytes: 16_384,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  idleConnectionMs: 30_000,
  keepAliveMs: 65_000, // longer than the 60 s of common load balancers, so that they close first
  requestsPerSocket: 10_000,
  connections: 16_000, // 10,000 slow ones leave room for those who have something to say
  checkEveryMs: 1_000,
} as const;

/**
 * Fastify with the limits, and errors of the socket itself answered as problems. Of a request that comes from one of `trustedProxies` (IP
 * addresses and networks), `X-Forwarded-For` says who asks, and of any other the connection.
 */
export function createAdapter(trustedProxies: readonly string[] = []): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: correlationIdOf,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.idleConnectionMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxRequestsPerSocket: limits.requestsPerSocket,
    return503OnClosing: false, // what arrives on an open connection while we stop is still served, and the connection closed
    routerOptions: { maxParamLength: 512 },
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      insecureHTTPParser: false,
      requireHostHeader: false, // `installHooks` looks at it, and answers as everywhere else
    },
    clientErrorHandler: answerClientError,
  });
}

/** The caller's id where it may stand in a log as it is, else a new one. */
export function correlationIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-correlation-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Bodies as bytes at the doors, whatever their type; parsed JSON elsewhere. Route patterns, so that no spelling of a path gets another parser. */
const REPORTS = '/v1/provider-reports';
const bytesAt = new Set<string>(
  ['/webhooks/:provider', '/v1/events', REPORTS, ...segmentPaths, ...posthogPaths, '/flags', '/decide'].flatMap(
    (path) => [path, `${path}/`],
  ),
);

export function installBodyParser(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  // By its name too: Fastify remembers parsers that it finds by name, and reads the header anew for each request that only `*` takes.
  http.addContentTypeParser(['application/json', '*'], { parseAs: 'buffer' }, (request, body, done) => {
    // Where there is no route, no content of any type is wrong: what is, is told by the answer to an unknown address.
    if (request.is404 || bytesAt.has(request.routeOptions.url ?? '')) return done(null, body);
    if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(request.headers['content-type'] ?? '')) {
      return done(new Problem('unsupported_media_type', 'Send application/json.'));
    }
    try {
      done(
        null,
        JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body as Buffer), plainMembers),
      );
    } catch {
      done(new Problem('unreadable_body'));
    }
  });
}

// `__proto__` as a member could change what a copy of the object inherits from.
function plainMembers(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new SyntaxError('a member may not be named __proto__');
  return value;
}

export interface HookParts {
  routes: RouteTable;
  telemetry: Telemetry;
  log: Logger;
  /** Rejects for a request of nobody that we know. */
  known(request: FastifyRequest): Promise<unknown>;
}

/** Correlation id out, safe headers, one figure and one line per request. */
export function installHooks(http: FastifyInstance, { routes, telemetry, log, known }: HookParts): void {
  http.addHook('onRoute', (route) => {
    routes.add(route.url, [route.method].flat());
    if (route.url !== REPORTS) return;
    route.bodyLimit = limits.reportBytes;
    // So much is read for nobody but those who may send it: elsewhere who asks is looked at when the body is there.
    route.onRequest = async (request) => void (await known(request));
  });
  http.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-correlation-id', request.id).header('x-content-type-options', 'nosniff');
    done(hasOneHost(request.raw) ? undefined : new Problem('invalid_request', 'Send one Host header.'));
  });
  http.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    telemetry.request(request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
    // At the doors the counters tell; a line for each of thousands a second would cost more than the append.
    const level = bytesAt.has(route) ? 'debug' : 'info';
    if (log.isLevelEnabled(level))
      log[level](requestLine(request, route, reply.statusCode, reply.elapsedTime), 'request');
    done();
  });
}

// Of two, a proxy before us might have looked at the other one (RFC 9112, 3.2).
function hasOneHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.length === 4 && rawHeaders[at]!.toLowerCase() === 'host') hosts += 1;
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0');
}

const requestLine = (request: FastifyRequest, route: string, status: number, ms: number) => ({
  correlation_id: request.id,
  method: request.method,
  route,
  status,
  ms: Math.round(ms * 10) / 10,
  actor: actorOf(request),
});

/** `key:<id>` of an authenticated request. */
export const actorOf = (request: AuthenticatedRequest): string | undefined =>
  request.principal && `key:${request.principal.keyId}`;

/** Who asks, for the audit line of a command. */
export const askerOf = (request: AuthenticatedRequest): Asker => ({
  actor: actorOf(request) ?? 'nobody',
  correlationId: request.id,
  name: request.principal?.name,
});

const clientErrors: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

const PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** What is no HTTP request (or a slow or an oversized one) has no reply object: the answer is written by hand, then the socket goes. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new Problem(clientErrors[error.code ?? ''] ?? 'invalid_request');
  const { headers, body } = problemReply(problem, randomUUID());
  const text = JSON.stringify(body);
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': String(Buffer.byteLength(text)) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${problem.status} ${PHRASES[problem.status]}\r\n${head}\r\n${text}`, () => socket.destroy());
}

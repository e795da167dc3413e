import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.js';
import type { Service } from '../service-types.js';
import { AppModule } from './app.module.js';
import type { Background } from './background.js';
import { ApiKeys } from './auth/api-keys.js';
import { postgresKeyStore, type KeyStore } from './auth/key-store.js';
import { postgresSessionStore, type SessionStore } from './auth/session-store.js';
import { principalOf } from './auth/scopes.guard.js';
import { Sessions } from './auth/sessions.js';
import { registerDashboard } from './http/dashboard.js';
import { Life } from './health.js';
import { registerDoors } from './http/doors.js';
import { NestLog } from './log.js';
import { describeApi } from './openapi.js';
import { RouteTable } from './routes.js';
import { createAdapter, installBodyParser, installHooks, limits } from './server.js';
import { Telemetry } from './telemetry.js';

export interface AppOptions {
  log: Logger;
  clock?: Clock;
  /** The process that does the rest of the work. */
  background?: Background | undefined;
  /** Default: `app.api_keys` of the service's database. */
  keyStore?: KeyStore;
  /** Default: `app.sessions` of the service's database. */
  sessionStore?: SessionStore;
}

export interface App {
  nest: NestFastifyApplication;
  http: FastifyInstance;
  keys: ApiKeys;
  life: Life;
  routes: RouteTable;
  /** What its routes take and answer, made once, when it is first asked for. */
  document: () => OpenAPIObject;
  telemetry: Telemetry;
}

/** The HTTP side of a service: every route of its roles, ready to listen. It does not start or stop the service. */
export async function createApp(
  service: Service,
  { log, clock = () => new Date(), keyStore, sessionStore, background }: AppOptions,
): Promise<App> {
  const keys = new ApiKeys(keyStore ?? postgresKeyStore(service.doorDatabase.pool), clock, service.config.adminApiKey);
  const sessions = new Sessions(sessionStore ?? postgresSessionStore(service.doorDatabase.pool), keys, clock);
  const telemetry = new Telemetry(service, clock, log, background);
  const routes = new RouteTable();
  const life = new Life();
  const module = AppModule.with({ service, log, clock, keys, sessions, routes, life, telemetry, background });
  const nest = await NestFactory.create<NestFastifyApplication>(module, createAdapter(service.config.trustedProxies), {
    bodyParser: false,
    logger: new NestLog(log),
    abortOnError: false,
  });
  const http = nest.getHttpAdapter().getInstance();
  installBodyParser(http);
  installHooks(http, { routes, telemetry, log, known: (request) => principalOf(request, keys, sessions) });
  if (service.roles.includes('api')) {
    registerDoors(http, { service, telemetry, log });
    registerDashboard(http);
  }
  const document = describeApi(nest);
  http.server.maxConnections = limits.connections;
  return { nest, http, keys, life, routes, document, telemetry };
}

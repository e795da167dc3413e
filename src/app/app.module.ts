import { Module, StandardSchemaValidationPipe, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.js';
import { Problem } from '../kernel/errors.js';
import type { Service } from '../service-types.js';
import type { ApiKeys } from './auth/api-keys.js';
import { ScopesGuard } from './auth/scopes.guard.js';
import { Sessions } from './auth/sessions.js';
import type { Background } from './background.js';
import { operatorProviders } from './commands/operator.js';
import { ProblemFilter } from './errors/problem.filter.js';
import type { Life } from './health.js';
import { ActorsController } from './http/actors.controller.js';
import { AlertsController } from './http/alerts.controller.js';
import { AttributionController } from './http/attribution.controller.js';
import { BooksController } from './http/books.controller.js';
import { CatalogController } from './http/catalog.controller.js';
import { CompletenessController } from './http/completeness.controller.js';
import { CustomersController } from './http/customers.controller.js';
import { DeadLettersController } from './http/dead-letters.controller.js';
import { DriftController } from './http/drift.controller.js';
import { ErasuresController } from './http/erasures.controller.js';
import { EventsController } from './http/events.controller.js';
import { JobsController } from './http/jobs.controller.js';
import { IdentityController } from './http/identity.controller.js';
import { LedgerController } from './http/ledger.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { OperatingController } from './http/operating.controller.js';
import { PeriodFilesController } from './http/period-files.controller.js';
import { PeriodsController } from './http/periods.controller.js';
import { ProofsController } from './http/proofs.controller.js';
import { ReconciliationsController } from './http/reconciliations.controller.js';
import { SessionController } from './http/session.controller.js';
import { TieOutsController } from './http/tie-outs.controller.js';
import { SourcesController } from './http/sources.controller.js';
import { VerificationController } from './http/verification.controller.js';
import type { RouteTable } from './routes.js';
import { Telemetry } from './telemetry.js';
import { BACKGROUND, CLOCK, KEYS, LIFE, LOG, ROUTES, SERVICE } from './tokens.js';

export interface AppParts {
  service: Service;
  log: Logger;
  clock: Clock;
  keys: ApiKeys;
  sessions: Sessions;
  routes: RouteTable;
  life: Life;
  telemetry: Telemetry;
  background: Background | undefined;
}

/** Schemas of parameters and bodies are zod objects in the route's decorators; what they refuse becomes one problem with every reason. */
const validation = () =>
  new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => {
      const errors = issues.map(({ path, message }) =>
        [path?.map(String).join('.'), message].filter(Boolean).join(' '),
      );
      return new Problem('invalid_request', errors[0], { errors });
    },
  });

/** What only a process with the role `api` answers; health and figures are answered by all. */
const api = [
  EventsController,
  MetricsController,
  AttributionController,
  ReconciliationsController,
  SourcesController,
  CustomersController,
  IdentityController,
  ErasuresController,
  LedgerController,
  ProofsController,
  VerificationController,
  DeadLettersController,
  CatalogController,
  CompletenessController,
  DriftController,
  ActorsController,
  AlertsController,
  JobsController,
  PeriodsController,
  PeriodFilesController,
  BooksController,
  SessionController,
  TieOutsController,
];

@Module({ imports: [CqrsModule.forRoot({ rethrowUnhandled: true })] })
export class AppModule {
  static with(parts: AppParts): DynamicModule {
    return {
      module: AppModule,
      controllers: [OperatingController, ...(parts.service.roles.includes('api') ? api : [])],
      providers: [
        { provide: SERVICE, useValue: parts.service },
        { provide: LOG, useValue: parts.log },
        { provide: CLOCK, useValue: parts.clock },
        { provide: KEYS, useValue: parts.keys },
        { provide: Sessions, useValue: parts.sessions },
        { provide: ROUTES, useValue: parts.routes },
        { provide: LIFE, useValue: parts.life },
        { provide: BACKGROUND, useValue: parts.background },
        { provide: Telemetry, useValue: parts.telemetry },
        { provide: APP_PIPE, useFactory: validation },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: ScopesGuard },
        ...operatorProviders,
      ],
    };
  }
}

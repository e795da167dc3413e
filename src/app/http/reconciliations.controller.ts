import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { Operator } from '../commands/operator.js';
import { RunReconciliation } from '../commands/run-reconciliation.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import {
  DayParam,
  MetricParam,
  ReconciliationQuery,
  ReconciliationRequest,
  ReconciliationsQuery,
  SourceParam,
  SummaryQuery,
} from './queries.js';
import { ReconciliationDetail, ReconciliationPage, ReconciliationSummary } from './reconciliation-replies.js';
import { RunReply } from './replies.js';

@ApiTags('reconciliation')
@Controller('v1/reconciliations')
export class ReconciliationsController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get()
  @Scopes('read')
  @Describe(
    'Actual, tracked and gap by day, source and metric.',
    { 200: ReconciliationPage },
    ...guarded,
    'invalid_request',
  )
  async list(@Query({ schema: ReconciliationsQuery }) { as_of: asOf, ...query }: z.infer<typeof ReconciliationsQuery>) {
    return this.service.reconcile.list({ ...query, ...(await this.asOf(asOf)) });
  }

  @Get('summary')
  @Scopes('read')
  @Describe(
    'What every source says of some days beside the truth, in rows that lead from one to the other and sum.',
    { 200: ReconciliationSummary },
    ...guarded,
    'invalid_request',
  )
  summary(@Query({ schema: SummaryQuery }) query: z.infer<typeof SummaryQuery>) {
    return this.service.reconcile.summary(query);
  }

  @Get(':day/:source/:metric')
  @Scopes('read')
  @Describe(
    'One row with its parts, their causes and their ids.',
    { 200: ReconciliationDetail },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async detail(
    @Param('day', { schema: DayParam }) day: string,
    @Param('source', { schema: SourceParam }) source: string,
    @Param('metric', { schema: MetricParam }) metric: string,
    @Query({ schema: ReconciliationQuery }) { as_of: asOf, ...query }: z.infer<typeof ReconciliationQuery>,
  ) {
    return found(
      await this.service.reconcile.detail(day, source, metric, { ...query, ...(await this.asOf(asOf)) }),
      'This day, source and metric were not reconciled.',
    );
  }

  @Post()
  @HttpCode(202)
  @Scopes('admin')
  @Describe(
    'Reconcile a range now. Its rows appear in the list.',
    { 202: RunReply },
    ...guarded,
    'invalid_request',
    'unreadable_body',
  )
  run(
    @Body({ schema: ReconciliationRequest }) body: z.infer<typeof ReconciliationRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.operator.run(new RunReconciliation(body, false, askerOf(request)));
  }

  private async asOf(asOf: string | undefined): Promise<{ as_of?: number }> {
    return asOf === undefined ? {} : { as_of: await this.service.report.positionOf(asOf) };
  }
}

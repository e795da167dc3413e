import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { KeptReport } from '../../close/tie-out/provider-reports.js';
import { Problem } from '../../kernel/errors.js';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { AddProviderReport } from '../commands/add-provider-report.js';
import { Operator } from '../commands/operator.js';
import { RunTieOut } from '../commands/run-tie-out.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { firstOf } from './first-of.js';
import { PeriodParam } from './period-queries.js';
import { ReportsQuery, ReportUploadQuery } from './tie-out-queries.js';
import { ReportPage, ReportReply, TieOutPage } from './tie-out-replies.js';

@ApiTags('close')
@Controller('v1')
export class TieOutsController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get('periods/:id/tie-out')
  @Scopes('read')
  @Describe(
    "The last comparison of each provider's balance with the ledger over a period.",
    { 200: TieOutPage },
    ...guarded,
    'invalid_request',
  )
  async results(@Param('id', { schema: PeriodParam }) id: string) {
    return { data: await this.service.tieOuts.results(id), next_cursor: null };
  }

  @Post('periods/:id/tie-out')
  @HttpCode(200)
  @Scopes('finance')
  @Describe(
    "Compare each provider's balance with the ledger over a period, line by line, and record what came of it.",
    { 200: TieOutPage },
    ...guarded,
    'invalid_request',
  )
  async run(@Param('id', { schema: PeriodParam }) id: string, @Req() request: AuthenticatedRequest) {
    return { data: await this.operator.run(new RunTieOut(id, askerOf(request))), next_cursor: null };
  }

  @Get('provider-reports')
  @Scopes('read')
  @Describe('Reports of providers that are kept, the newest first.', { 200: ReportPage }, ...guarded, 'invalid_request')
  async reports(@Query({ schema: ReportsQuery }) query: z.infer<typeof ReportsQuery>) {
    const { limit } = query;
    return firstOf(limit, (await this.service.reports.list({ ...query, limit: limit + 1 })).map(reportBody));
  }

  @Post('provider-reports')
  @Scopes('finance')
  @ApiConsumes('text/csv', 'application/json')
  @Describe(
    'Keep a report that a provider made of its balance, byte for byte. 202 kept, 200 known already.',
    { 200: ReportReply, 202: ReportReply },
    ...guarded,
    'invalid_request',
    'conflict',
    'too_large',
  )
  async add(
    @Query({ schema: ReportUploadQuery }) query: z.infer<typeof ReportUploadQuery>,
    @Body() bytes: unknown,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (!Buffer.isBuffer(bytes)) throw new Problem('invalid_request', 'Send the bytes of the report as the body.');
    const added = await this.operator.run(new AddProviderReport(query, askerOf(request), { bytes }));
    void reply.status(added.outcome === 'recorded' ? 202 : 200);
    return { outcome: added.outcome, ...reportBody(added.report) };
  }
}

const reportBody = ({ from, until, receivedAt, ...report }: KeptReport) => ({
  ...report,
  from: from.toISOString(),
  until: until.toISOString(),
  received_at: receivedAt.toISOString(),
});

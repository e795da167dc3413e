import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { gapReportHtml, gapReportMarkdown } from '../../reconcile/report/gap-report-text.js';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { Operator } from '../commands/operator.js';
import { SetMarker } from '../commands/set-marker.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import { DriftQuery, GapReportQuery, MarkerRequest, MarkersQuery, WeekParam } from './watch-queries.js';
import { DriftPage, GapReportReply, MarkerPage, MarkerReply } from './watch-replies.js';

@ApiTags('reconciliation')
@Controller('v1')
export class DriftController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get('drift')
  @Scopes('read')
  @Describe(
    'Every watched percentage against its baseline, when its level changed, and what was released shortly before.',
    { 200: DriftPage },
    ...guarded,
    'invalid_request',
  )
  async drift(@Query({ schema: DriftQuery }) query: z.infer<typeof DriftQuery>) {
    return { data: await this.service.reconcile.drift(query), next_cursor: null };
  }

  @Get('markers')
  @Scopes('read')
  @Describe('Releases and other markers, the newest first.', { 200: MarkerPage }, ...guarded, 'invalid_request')
  async markers(@Query({ schema: MarkersQuery }) { from, to, ...page }: z.infer<typeof MarkersQuery>) {
    const range = {
      ...page,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    };
    return this.service.reconcile.markers(range);
  }

  @Get('reports/gap/:week')
  @Scopes('read')
  @Describe(
    'The gap report of an ISO week, as it was published, else as it would be now: JSON, Markdown or HTML.',
    { 200: GapReportReply },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async report(
    @Param('week', { schema: WeekParam }) week: string,
    @Query({ schema: GapReportQuery }) { format }: z.infer<typeof GapReportQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const report = found(await this.service.reconcile.gapReport(week), `There is no week ${week}.`);
    if (format === 'json') return report;
    void reply.type(format === 'html' ? 'text/html; charset=utf-8' : 'text/markdown; charset=utf-8');
    return format === 'html' ? gapReportHtml(report) : gapReportMarkdown(report);
  }

  @Post('markers')
  @HttpCode(201)
  @Scopes('events:write', 'admin')
  @Describe(
    'Say that something was released or began. It is recorded in the ledger as it is: no personal data.',
    { 201: MarkerReply },
    ...guarded,
    'invalid_request',
    'unreadable_body',
    'conflict',
  )
  set(@Body({ schema: MarkerRequest }) body: z.infer<typeof MarkerRequest>, @Req() request: AuthenticatedRequest) {
    return this.operator.run(new SetMarker(body, askerOf(request)));
  }
}

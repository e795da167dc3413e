import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { computed, Describe, guarded } from './describe.js';
import { found } from './found.js';
import {
  AttributionQuery,
  ContributionsQuery,
  ExplainDiffQuery,
  FunnelQuery,
  MetricQuery,
  MetricParam,
  NoQuery,
} from './queries.js';
import { ExplainDiffReply } from './period-replies.js';
import { AttributionReply, ContributionPage, FunnelReply, MetricList, MetricReply } from './replies.js';

const NO_METRIC = 'There is no metric with this name; GET /v1/metrics lists them.';

@ApiTags('numbers')
@Scopes('read')
@Controller('v1')
export class MetricsController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get('metrics')
  @Describe(
    'The measurement contract: every metric, its unit and its meaning.',
    { 200: MetricList },
    ...guarded,
    'invalid_request',
  )
  list(@Query({ schema: NoQuery }) _query: object): unknown {
    const metrics = this.service.report.catalogOfMetrics();
    return Array.isArray(metrics) ? { data: metrics as unknown[] } : metrics;
  }

  @Get('metrics/:name')
  @Describe(
    'A metric by day, week or month: summed over the period, or of kind `stock` as it is at its end.',
    { 200: MetricReply },
    ...computed,
    'invalid_request',
    'not_found',
  )
  async metric(
    @Param('name', { schema: MetricParam }) name: string,
    @Query({ schema: MetricQuery }) query: z.infer<typeof MetricQuery>,
  ) {
    return found(await this.service.report.metric(name, query), NO_METRIC);
  }

  @Get('metrics/:name/contributions')
  @Describe(
    'The ledger entries under a number, each with its part. Under a `stock` on a day lies everything until then; with from and to, its changes. With a currency or a group, only the rows of that.',
    { 200: ContributionPage },
    ...computed,
    'invalid_request',
    'not_found',
  )
  async contributions(
    @Param('name', { schema: MetricParam }) name: string,
    @Query({ schema: ContributionsQuery }) query: z.infer<typeof ContributionsQuery>,
  ) {
    return found(await this.service.report.contributions(name, query), NO_METRIC);
  }

  @Get('metrics/:name/explain-diff')
  @Describe(
    'What moved a number between two moments, down to the ledger entries; a closed period is what it reported, a position or a time what was known.',
    { 200: ExplainDiffReply },
    ...computed,
    'invalid_request',
    'not_found',
  )
  async explainDiff(
    @Param('name', { schema: MetricParam }) name: string,
    @Query({ schema: ExplainDiffQuery }) query: z.infer<typeof ExplainDiffQuery>,
  ) {
    return found(await this.service.report.explainDiff(name, query), NO_METRIC);
  }

  @Get('attribution')
  @Describe(
    'First-touch attribution; what is not known is the row `unknown`.',
    { 200: AttributionReply },
    ...computed,
    'invalid_request',
  )
  attribution(@Query({ schema: AttributionQuery }) query: z.infer<typeof AttributionQuery>) {
    return this.service.report.attribution(query);
  }

  @Get('funnel')
  @Describe(
    'Checkouts started and completed, as they were and as they were tracked.',
    { 200: FunnelReply },
    ...computed,
    'invalid_request',
  )
  funnel(@Query({ schema: FunnelQuery }) query: z.infer<typeof FunnelQuery>) {
    return this.service.report.funnel(query);
  }
}

import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import { NoQuery, SourceParam, SourceRangeQuery } from './queries.js';
import { PageRequestDays, SourceEvents, SourceList } from './source-replies.js';

@ApiTags('reconciliation')
@Scopes('read')
@Controller('v1/sources')
export class SourcesController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get()
  @Describe(
    'What truth is compared with, and how fetching from it went.',
    { 200: SourceList },
    ...guarded,
    'invalid_request',
  )
  list(@Query({ schema: NoQuery }) _query: object) {
    return this.service.reconcile.sources();
  }

  @Get(':name/events')
  @Describe(
    'Every event name of a source with what it is taken for: what is mapped to nothing counts nowhere, and comes first.',
    { 200: SourceEvents },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async events(
    @Param('name', { schema: SourceParam }) name: string,
    @Query({ schema: SourceRangeQuery }) query: z.infer<typeof SourceRangeQuery>,
  ) {
    return found(await this.service.reconcile.sourceEvents(name, query), 'There is no source with this name.');
  }

  @Get(':name/page-requests')
  @Describe(
    'What the access log of a server says by day: visitors, and how many of them sent no event.',
    { 200: PageRequestDays },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async pageRequests(
    @Param('name', { schema: SourceParam }) name: string,
    @Query({ schema: SourceRangeQuery }) query: z.infer<typeof SourceRangeQuery>,
  ) {
    return found(await this.service.reconcile.pageRequestDays(name, query), 'There is no access log with this name.');
  }
}

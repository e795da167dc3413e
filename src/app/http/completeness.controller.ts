import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { Operator } from '../commands/operator.js';
import { RunBackfill } from '../commands/run-backfill.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { BackfillRequestBody, CompletenessQuery } from './queries.js';
import { BackfillReply, CompletenessPage } from './intake-replies.js';

@ApiTags('completeness')
@Controller('v1')
export class CompletenessController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get('completeness')
  @Scopes('read')
  @Describe(
    'Hour by hour: what a provider lists, what arrived, what was fetched, what is missing; and who is silent.',
    { 200: CompletenessPage },
    ...guarded,
    'invalid_request',
  )
  list(@Query({ schema: CompletenessQuery }) query: z.infer<typeof CompletenessQuery>) {
    return this.service.report.completeness(query);
  }

  @Post('backfills')
  @HttpCode(202)
  @Scopes('admin')
  @Describe(
    'Compare a range with what the provider lists, and fetch what is missing. Its hours appear in /v1/completeness.',
    { 202: BackfillReply },
    ...guarded,
    'invalid_request',
    'unreadable_body',
  )
  backfill(
    @Body({ schema: BackfillRequestBody }) body: z.infer<typeof BackfillRequestBody>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.operator.run(new RunBackfill(body, false, askerOf(request)));
  }
}

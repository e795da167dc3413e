import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { AcknowledgeAlert } from '../commands/acknowledge-alert.js';
import { Operator } from '../commands/operator.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import { UuidParam } from './queries.js';
import { AcknowledgeRequest, AlertsQuery } from './watch-queries.js';
import { AcknowledgeReply, AlertPage } from './watch-replies.js';

@ApiTags('alerts')
@Controller('v1/alerts')
export class AlertsController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get()
  @Scopes('read')
  @Describe(
    'What is wrong, or was, newest first, with what was told where.',
    { 200: AlertPage },
    ...guarded,
    'invalid_request',
  )
  list(@Query({ schema: AlertsQuery }) query: z.infer<typeof AlertsQuery>) {
    return this.service.alerts.list(query);
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @Scopes('admin')
  @Describe(
    'Say that somebody has seen it. Who, when and the note go into the ledger: no personal data.',
    { 200: AcknowledgeReply },
    ...guarded,
    'invalid_request',
    'unreadable_body',
    'not_found',
  )
  async acknowledge(
    @Param('id', { schema: UuidParam }) id: string,
    @Body({ schema: AcknowledgeRequest }) { note }: z.infer<typeof AcknowledgeRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return found(await this.operator.run(new AcknowledgeAlert(id, note, askerOf(request))), 'There is no such alert.');
  }
}

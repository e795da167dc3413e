import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { DeadLetter } from '../../ingest/ingest.js';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { Operator } from '../commands/operator.js';
import { DismissDeadLetter } from '../commands/dismiss-dead-letter.js';
import { ReplayDeadLetter } from '../commands/replay-dead-letter.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { outcomeBody } from './outcome.js';
import { DeadLettersQuery, DismissRequest, UuidParam } from './queries.js';
import { DeadLetterPage, DeadLetterReply, DeadLetterWholeReply, OutcomeReply } from './intake-replies.js';

@ApiTags('dead letters')
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get()
  @Scopes('read')
  @Describe(
    'What could not be understood or was in conflict, newest first.',
    { 200: DeadLetterPage },
    ...guarded,
    'invalid_request',
  )
  async list(@Query({ schema: DeadLettersQuery }) query: z.infer<typeof DeadLettersQuery>) {
    const { data, nextCursor } = await this.service.ingest.deadLetters.list(query);
    return { data: data.map(deadLetterBody), next_cursor: nextCursor };
  }

  @Get(':id')
  @Scopes('read')
  @Describe(
    'One of them, with what was received: personal values are sealed. Without a body where the ledger entry has it, or where nothing was kept.',
    { 200: DeadLetterWholeReply },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async read(@Param('id', { schema: UuidParam }) id: string) {
    const letter = await this.service.ingest.deadLetters.read(id);
    return {
      ...deadLetterBody(letter),
      body: letter.body === null ? null : jsonOr(letter.body),
      content_type: letter.contentType,
      job: letter.job,
      deliveries: letter.deliveries,
      last_received_at: letter.lastReceivedAt,
      replays: letter.replays,
    };
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Scopes('admin')
  @Describe(
    'Send it through its door again; a job that failed goes into the queue again. 409 for an entry that only a rebuild can take in.',
    { 200: OutcomeReply },
    ...guarded,
    'invalid_request',
    'not_found',
    'needs_rebuild',
  )
  async replay(@Param('id', { schema: UuidParam }) id: string, @Req() request: AuthenticatedRequest) {
    return outcomeBody(await this.operator.run(new ReplayDeadLetter(id, askerOf(request))), 'events');
  }

  @Post(':id/dismiss')
  @HttpCode(200)
  @Scopes('admin')
  @Describe(
    'Decide that nothing has to follow from it. The reason goes into the ledger as it is: no personal data.',
    { 200: DeadLetterReply },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async dismiss(
    @Param('id', { schema: UuidParam }) id: string,
    @Body({ schema: DismissRequest }) { reason }: z.infer<typeof DismissRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return deadLetterBody(await this.operator.run(new DismissDeadLetter(id, reason, askerOf(request))));
  }
}

/** The value of a text that is JSON; any other text as it is. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const deadLetterBody = (letter: DeadLetter) => ({
  id: letter.id,
  reason: letter.reason,
  door: letter.door,
  origin: letter.origin,
  account: letter.account,
  origin_event_id: letter.originEventId,
  type: letter.type,
  errors: letter.errors,
  entry_id: letter.entryId,
  received_at: letter.receivedAt,
  resolved_at: letter.resolvedAt,
  resolution: letter.resolution,
  dismissed_at: letter.dismissedAt,
  blocks: letter.blocks,
});

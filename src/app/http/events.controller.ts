import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Outcome, Principal } from '../../ingest/ingest.js';
import { Problem } from '../../kernel/errors.js';
import { problemReply, toProblem } from '../errors/to-problem.js';
import type { Service } from '../../service-types.js';
import { Caller, Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { Telemetry } from '../telemetry.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { statusOfBatch } from '../../ingest/outcome.js';
import { outcomeBody, rawRequest } from './outcome.js';
import { OutcomesReply } from './intake-replies.js';

@ApiTags('doors')
@Controller('v1/events')
export class EventsController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly telemetry: Telemetry,
  ) {}

  @Post()
  @Scopes('events:write')
  @Describe(
    'Domain events of your own services. A 2xx means durable; the same event again is a duplicate for ever. A batch is answered with a result for each event, in their order: 202 when all are new, else 200.',
    { 200: OutcomesReply, 202: OutcomesReply },
    ...guarded,
    'unreadable_body',
    'invalid_event',
    'conflict',
    'too_large',
    'unsupported_media_type',
  )
  async receive(
    @Req() request: AuthenticatedRequest,
    @Caller() caller: Principal,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const began = performance.now();
    const { batch, outcomes } = await this.record(request, caller);
    this.telemetry.door('events', (performance.now() - began) / 1_000);
    for (const { outcome } of outcomes) this.telemetry.event('events', caller.account, outcome);
    const [only] = outcomes;
    if (!batch && only) return answerOne(reply, only);
    const results = outcomes.map((outcome) => outcomeBody(outcome, 'events'));
    return reply.code(statusOfBatch(outcomes)).send({ results });
  }

  private async record(request: AuthenticatedRequest, caller: Principal) {
    try {
      return await this.service.ingest.events(rawRequest(request), caller);
    } catch (error) {
      this.telemetry.event('events', caller.account, toProblem(error)?.code ?? 'internal');
      throw error;
    }
  }
}

/** A refusal of a single event is a problem like any other, and says besides where the event was kept. */
function answerOne(reply: FastifyReply, outcome: Outcome): FastifyReply {
  const body = outcomeBody(outcome, 'events');
  if (body.code === undefined) return reply.code(body.status).send(body);
  const problem = problemReply(new Problem(body.code, undefined, { errors: outcome.errors }), reply.request.id);
  const kept = { outcome: body.outcome, entry_id: body.entry_id, dead_letter_id: body.dead_letter_id };
  return reply
    .code(body.status)
    .headers(problem.headers)
    .send(JSON.stringify({ ...problem.body, ...kept }));
}

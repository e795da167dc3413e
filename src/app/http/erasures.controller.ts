import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { ErasePerson } from '../commands/erase-person.js';
import { Operator } from '../commands/operator.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { ErasureAnswer, ErasurePage, ErasureReply, ErasureRequest, ErasuresQuery } from './erasure-shapes.js';
import { found } from './found.js';
import { UuidParam } from './queries.js';

@ApiTags('privacy')
@Scopes('admin')
@Controller('v1/erasures')
export class ErasuresController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Post()
  @Describe(
    'Erase a person for good: the keys of their personal data are deleted, now and of whatever comes later. Amounts, ids and times stay, no number moves. 202 while it is still being carried out.',
    { 200: ErasureAnswer, 202: ErasureAnswer },
    ...guarded,
    'invalid_request',
    'unreadable_body',
    'not_found',
  )
  async erase(
    @Body({ schema: ErasureRequest }) { reason, ...named }: z.infer<typeof ErasureRequest>,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const person = this.service.erasures.personAsked(named);
    const erasure = await this.operator.run(new ErasePerson(person, reason, askerOf(request)));
    void reply.status(erasure.state === 'done' ? 200 : 202);
    return erasure;
  }

  @Get()
  @Describe('Erasures and what they reached, newest first.', { 200: ErasurePage }, ...guarded, 'invalid_request')
  async list(@Query({ schema: ErasuresQuery }) query: z.infer<typeof ErasuresQuery>) {
    const { data, nextCursor } = await this.service.erasures.list(query);
    return { data, next_cursor: nextCursor };
  }

  @Get(':id')
  @Describe('One erasure and what it reached.', { 200: ErasureReply }, ...guarded, 'invalid_request', 'not_found')
  async erasure(@Param('id', { schema: UuidParam }) id: string) {
    return found(await this.service.erasures.find(id), 'There is no erasure with this id.');
  }
}

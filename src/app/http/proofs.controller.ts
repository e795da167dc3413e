import { Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { Operator } from '../commands/operator.js';
import { StartSeal } from '../commands/start-seal.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { CheckpointsQuery, ConsistencyQuery, NoQuery } from './queries.js';
import { CheckpointPage, ConsistencyReply, SealKeyReply, SealStarted } from './proof-replies.js';

@ApiTags('ledger')
@Controller('v1/ledger')
export class ProofsController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get('proofs/consistency')
  @Scopes('read')
  @Describe(
    'The proof that the ledger at one size continues the ledger at a smaller one (RFC 9162).',
    { 200: ConsistencyReply },
    ...guarded,
    'invalid_request',
  )
  consistency(@Query({ schema: ConsistencyQuery }) query: z.infer<typeof ConsistencyQuery>) {
    return this.service.seal.consistency(query);
  }

  @Get('checkpoints')
  @Scopes('read')
  @Describe('Signed roots of the ledger, by size.', { 200: CheckpointPage }, ...guarded, 'invalid_request')
  checkpoints(@Query({ schema: CheckpointsQuery }) query: z.infer<typeof CheckpointsQuery>) {
    return this.service.seal.checkpoints(query);
  }

  @Post('checkpoints')
  @HttpCode(202)
  @Scopes('finance')
  @Describe(
    'Seal everything now and write the signed root into the ledger, as every night: an entry `LedgerSealed`, unless nothing came since the last one.',
    { 202: SealStarted },
    ...guarded,
  )
  seal(@Req() request: AuthenticatedRequest) {
    return this.operator.run(new StartSeal(askerOf(request)));
  }

  @Get('key')
  @Scopes('read')
  @Describe(
    'The public key that signatures of seals and packs are checked with.',
    { 200: SealKeyReply },
    ...guarded,
    'invalid_request',
  )
  key(@Query({ schema: NoQuery }) _query: object) {
    return this.service.seal.publicKey();
  }
}

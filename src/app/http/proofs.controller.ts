import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { CheckpointsQuery, ConsistencyQuery, NoQuery } from './queries.js';
import { CheckpointPage, ConsistencyReply, SealKeyReply } from './proof-replies.js';

@ApiTags('ledger')
@Scopes('read')
@Controller('v1/ledger')
export class ProofsController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get('proofs/consistency')
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
  @Describe('Signed roots of the ledger, by size.', { 200: CheckpointPage }, ...guarded, 'invalid_request')
  checkpoints(@Query({ schema: CheckpointsQuery }) query: z.infer<typeof CheckpointsQuery>) {
    return this.service.seal.checkpoints(query);
  }

  @Get('key')
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

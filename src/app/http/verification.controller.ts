import { Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { Operator } from '../commands/operator.js';
import { StartVerification } from '../commands/start-verification.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { VerificationPage, VerificationStarted } from './proof-replies.js';
import { NoQuery } from './queries.js';

@ApiTags('ledger')
@Controller('v1/ledger/verifications')
export class VerificationController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get()
  @Scopes('read')
  @Describe(
    'Verifications of this month and the one before, the newest first: whether the ledger is as it was written and the numbers are what it says.',
    { 200: VerificationPage },
    ...guarded,
    'invalid_request',
  )
  async list(@Query({ schema: NoQuery }) _query: object) {
    return { data: await this.service.verification.recent(), next_cursor: null };
  }

  @Post()
  @HttpCode(202)
  @Scopes('finance')
  @Describe(
    'Derive every hash and every number again now, as every night. Its progress is in /v1/jobs, what came of it here.',
    { 202: VerificationStarted },
    ...guarded,
  )
  start(@Req() request: AuthenticatedRequest) {
    return this.operator.run(new StartVerification(askerOf(request)));
  }
}

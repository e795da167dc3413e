import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { DecideIdentity } from '../commands/decide-identity.js';
import { Operator } from '../commands/operator.js';
import { askerOf } from '../server.js';
import { Describe, guarded } from './describe.js';
import { IdentityDecisionReply, IdentityDecisionRequest } from './identity-shapes.js';

@ApiTags('numbers')
@Controller('v1/identity')
export class IdentityController {
  constructor(private readonly operator: Operator) {}

  @Post('decisions')
  @HttpCode(200)
  @Scopes('admin')
  @Describe(
    'Decide that two identifiers are one person, or are not. A later decision on the pair takes it back; the reason goes into the ledger as it is.',
    { 200: IdentityDecisionReply },
    ...guarded,
    'invalid_request',
    'unreadable_body',
    'not_found',
  )
  decide(
    @Body({ schema: IdentityDecisionRequest }) body: z.infer<typeof IdentityDecisionRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.operator.run(new DecideIdentity(body, askerOf(request)));
  }
}

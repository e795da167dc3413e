import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { SignupBridgeReply, CohortReply, ConfusionReply } from './attribution-shapes.js';
import { computed, Describe, guarded } from './describe.js';
import { BridgeQuery, CohortQuery, ConfusionQuery } from './queries.js';

@ApiTags('numbers')
@Scopes('read')
@Controller('v1')
export class AttributionController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get('attribution/confusion')
  @Describe(
    'Where clients say that something came from, against the first touch that the server recorded.',
    { 200: ConfusionReply },
    ...guarded,
    'invalid_request',
  )
  confusion(@Query({ schema: ConfusionQuery }) query: z.infer<typeof ConfusionQuery>) {
    return this.service.reconcile.confusion(query);
  }

  @Get('funnel/signups')
  @Describe(
    'Sign-ups and whether their first payment followed within a window, as it was and as it was tracked.',
    { 200: CohortReply },
    ...computed,
    'invalid_request',
  )
  cohort(@Query({ schema: CohortQuery }) query: z.infer<typeof CohortQuery>) {
    return this.service.report.cohort(query);
  }

  @Get('funnel/bridge')
  @Describe(
    'From the sign-ups of a range to its new subscriptions, in rows that sum.',
    { 200: SignupBridgeReply },
    ...computed,
    'invalid_request',
  )
  bridge(@Query({ schema: BridgeQuery }) query: z.infer<typeof BridgeQuery>) {
    return this.service.report.bridge(query);
  }
}

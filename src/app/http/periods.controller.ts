import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { ActOnPeriod, type PeriodStep } from '../commands/act-on-period.js';
import { Operator } from '../commands/operator.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import { PeriodPage, PeriodReply, PeriodSummaryReply } from './period-replies.js';
import {
  ApproveRequest,
  ForceRequest,
  PeriodParam,
  PeriodQuery,
  PeriodsQuery,
  ReopenRequest,
  WaiveRequest,
} from './period-queries.js';
import { NothingRequest } from './queries.js';

const NO_PERIOD = 'There is no such period, or it was never closed in this version.';
const stepCodes = [
  'invalid_request',
  'unreadable_body',
  'not_found',
  'wrong_state',
  'wrong_expected_revision',
] as const;
const summary = { 200: PeriodSummaryReply };

@ApiTags('close')
@Controller('v1/periods')
export class PeriodsController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get()
  @Scopes('read')
  @Describe('Every period and how it stands, the newest first.', { 200: PeriodPage }, ...guarded, 'invalid_request')
  list(@Query({ schema: PeriodsQuery }) query: z.infer<typeof PeriodsQuery>) {
    return this.service.close.list(query);
  }

  @Get(':period')
  @Scopes('read')
  @Describe(
    'A period: its versions, what is in the way of closing it, its numbers as reported and as known, its adjustments.',
    { 200: PeriodReply },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async detail(
    @Param('period', { schema: PeriodParam }) period: string,
    @Query({ schema: PeriodQuery }) { version }: z.infer<typeof PeriodQuery>,
  ) {
    return found(await this.service.close.detail(period, version), NO_PERIOD);
  }

  @Post(':period/soft-close')
  @HttpCode(200)
  @Scopes('finance')
  @Describe('Run the checks now, as every night.', summary, ...guarded, ...stepCodes)
  softClose(@Param('period', { schema: PeriodParam }) period: string, @Req() request: AuthenticatedRequest) {
    return this.act(period, { step: 'soft-close' }, request);
  }

  @Post(':period/propose')
  @HttpCode(200)
  @Scopes('finance')
  @Describe(
    'Fix the numbers that are to be closed: a ledger position, and a digest of all that the close will store.',
    summary,
    ...guarded,
    ...stepCodes,
    'close_blocked',
  )
  propose(
    @Param('period', { schema: PeriodParam }) period: string,
    @Body({ schema: ForceRequest }) { force }: z.infer<typeof ForceRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.act(period, { step: 'propose', force }, request);
  }

  @Post(':period/approve')
  @HttpCode(200)
  @Scopes('finance')
  @Describe(
    'Say yes to the numbers of a digest; not for who proposed them.',
    summary,
    ...guarded,
    ...stepCodes,
    'second_person',
  )
  approve(
    @Param('period', { schema: PeriodParam }) period: string,
    @Body({ schema: ApproveRequest }) { digest }: z.infer<typeof ApproveRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.act(period, { step: 'approve', digest }, request);
  }

  @Post(':period/close')
  @HttpCode(200)
  @Scopes('finance')
  @Describe('Lock what was approved.', summary, ...guarded, ...stepCodes, 'close_blocked')
  close(
    @Param('period', { schema: PeriodParam }) period: string,
    @Body({ schema: NothingRequest }) _: z.infer<typeof NothingRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.act(period, { step: 'close' }, request);
  }

  @Post(':period/reopen')
  @HttpCode(200)
  @Scopes('finance')
  @Describe(
    'Ask for a closed period to be reopened, with a reason; the same of a second person reopens it and all later ones.',
    summary,
    ...guarded,
    ...stepCodes,
    'second_person',
  )
  reopen(
    @Param('period', { schema: PeriodParam }) period: string,
    @Body({ schema: ReopenRequest }) { reason }: z.infer<typeof ReopenRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.act(period, { step: 'reopen', reason }, request);
  }

  @Post(':period/waive')
  @HttpCode(200)
  @Scopes('finance')
  @Describe(
    'Answer by name for the money of a provider that is tied out with nothing. It stays with the period.',
    summary,
    ...guarded,
    ...stepCodes,
  )
  waive(
    @Param('period', { schema: PeriodParam }) period: string,
    @Body({ schema: WaiveRequest }) waiver: z.infer<typeof WaiveRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.act(period, { step: 'waive', ...waiver }, request);
  }

  private act(period: string, step: PeriodStep, request: AuthenticatedRequest) {
    return this.operator.run(new ActOnPeriod(period, step, askerOf(request)));
  }
}

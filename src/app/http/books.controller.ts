import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { Operator } from '../commands/operator.js';
import { RecordFxRates } from '../commands/record-fx-rates.js';
import { SetOpeningBalance } from '../commands/set-opening-balance.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { BooksLinesQuery, BooksQuery, FxRatesRequest, OpeningBalanceRequest } from './books-queries.js';
import {
  BookLinesPage,
  BookProblemsReply,
  BridgeReply,
  ChartReply,
  FxRatesReply,
  OpeningBalanceReply,
  RollForwardReply,
  TrialBalanceReply,
} from './books-replies.js';
import { Describe, guarded } from './describe.js';
import { NoQuery } from './queries.js';
import { ratesIn } from './rate-rows.js';

type Range = z.infer<typeof BooksQuery>;

@ApiTags('books')
@Controller('v1')
export class BooksController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get('books/trial-balance')
  @Scopes('read', 'finance')
  @Describe(
    'Every account by currency: what it stood at, its debits and credits, and what it stands at. Sums to zero in each currency.',
    { 200: TrialBalanceReply },
    ...guarded,
    'invalid_request',
  )
  trialBalance(@Query({ schema: BooksQuery }) query: Range) {
    return this.service.books.report.trialBalance(query);
  }

  @Get('books/roll-forward')
  @Scopes('read', 'finance')
  @Describe(
    "Each provider's clearing account by currency: opening + activity = closing, which is the provider's own balance.",
    { 200: RollForwardReply },
    ...guarded,
    'invalid_request',
  )
  rollForward(@Query({ schema: BooksQuery }) query: Range) {
    return this.service.books.report.rollForward(query);
  }

  @Get('books/lines')
  @Scopes('read', 'finance')
  @Describe(
    'The journal line by line, in the order of days and entries. All pages are of the position of the first.',
    { 200: BookLinesPage },
    ...guarded,
    'invalid_request',
  )
  lines(@Query({ schema: BooksLinesQuery }) query: z.infer<typeof BooksLinesQuery>) {
    return this.service.books.report.lines(query);
  }

  @Get('books/bridge')
  @Scopes('read', 'finance')
  @Describe(
    "From `revenue_gross` to the journal's revenue, step by step; `unexplained` is 0 unless something is wrong.",
    { 200: BridgeReply },
    ...guarded,
    'invalid_request',
  )
  bridge(@Query({ schema: BooksQuery }) query: Range) {
    return this.service.books.report.bridge(query);
  }

  @Get('books/problems')
  @Scopes('read', 'finance')
  @Describe(
    'What keeps the days from being closed: suspense, movements without a line of the balance, missing rates and opening balances.',
    { 200: BookProblemsReply },
    ...guarded,
    'invalid_request',
  )
  problems(@Query({ schema: BooksQuery }) query: Range) {
    return this.service.books.report.problems(query);
  }

  @Get('books/accounts')
  @Scopes('read', 'finance')
  @Describe('The chart of accounts, with what recipes call each.', { 200: ChartReply }, ...guarded, 'invalid_request')
  chart(@Query({ schema: NoQuery }) _query: object) {
    return this.service.books.report.chart();
  }

  @Post('opening-balances')
  @HttpCode(200)
  @Scopes('finance')
  @Describe(
    'Decide what a provider held at the beginning of a day, before the first entry of this ledger. Another one takes its place.',
    { 200: OpeningBalanceReply },
    ...guarded,
    'invalid_request',
    'unreadable_body',
  )
  setOpeningBalance(
    @Body({ schema: OpeningBalanceRequest }) body: z.infer<typeof OpeningBalanceRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.operator.run(new SetOpeningBalance(body, askerOf(request)));
  }

  @Post('fx-rates')
  @HttpCode(200)
  @Scopes('finance')
  @Describe(
    'Record exchange rates of a source. A rate is never restated: another one for the same source, pair and day is 409.',
    { 200: FxRatesReply },
    ...guarded,
    'invalid_request',
    'unreadable_body',
    'conflict',
  )
  recordRates(
    @Body({ schema: FxRatesRequest }) body: z.infer<typeof FxRatesRequest>,
    @Req() request: AuthenticatedRequest,
  ) {
    return this.operator.run(new RecordFxRates(ratesIn(body), askerOf(request)));
  }
}

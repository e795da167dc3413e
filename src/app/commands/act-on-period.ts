import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PeriodSummary } from '../../close/period-report.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** A step of a person on the way of a period. */
export type PeriodStep =
  | { step: 'soft-close' }
  | { step: 'propose' | 'close'; force?: string | undefined }
  | { step: 'approve'; digest: string }
  | { step: 'reopen'; reason?: string | undefined }
  | { step: 'waive'; provider: string; reason: string };

/** Close or reopen a period, step by step. Throws Problem `not_found`, `close_blocked`, `wrong_state`, `second_person`, `wrong_expected_revision`. */
export class ActOnPeriod extends Command<PeriodSummary> {
  constructor(
    readonly period: string,
    readonly act: PeriodStep,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(ActOnPeriod)
export class ActOnPeriodHandler implements ICommandHandler<ActOnPeriod> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ period, act, asker }: ActOnPeriod): Promise<PeriodSummary> {
    const { close } = this.service;
    const { actor, correlationId, name = actor } = asker;
    const acting = { actor, correlationId, name };
    switch (act.step) {
      case 'soft-close':
        return close.softClose(period, acting);
      case 'propose':
        return close.propose(period, act, acting);
      case 'approve':
        return close.approve(period, act, acting);
      case 'close':
        return close.close(period, act, acting);
      case 'reopen':
        return close.reopen(period, act, acting);
      case 'waive':
        return close.waive(period, act, acting);
    }
  }
}

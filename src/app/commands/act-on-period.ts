import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PeriodSummary } from '../../close/period/period-report.js';
import { Problem } from '../../kernel/errors.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** A step of a person on the way of a period. */
export type PeriodStep =
  | { step: 'soft-close' | 'close' }
  | { step: 'propose'; force?: string | undefined }
  | { step: 'approve'; digest: string }
  | { step: 'reopen'; reason?: string | undefined }
  | { step: 'waive'; provider: string; reason: string };

/** What only a named person may do. */
const PERSONAL: ReadonlySet<string> = new Set(['propose', 'approve', 'waive', 'reopen']);

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
    // The key of the settings is everybody's who can read them: it is no person.
    if (actor === 'key:admin' && PERSONAL.has(act.step))
      throw new Problem('second_person', 'ADMIN_API_KEY names nobody: use a key of your own.');
    const acting = { actor, correlationId, name };
    switch (act.step) {
      case 'soft-close':
        return close.softClose(period, acting);
      case 'propose':
        return close.propose(period, act, acting);
      case 'approve':
        return close.approve(period, act, acting);
      case 'close':
        return close.close(period, acting);
      case 'reopen':
        return close.reopen(period, act, acting);
      case 'waive':
        return close.waive(period, act, acting);
    }
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { CommandBus, type Command } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import { toProblem } from '../errors/to-problem.js';
import { LOG } from '../tokens.js';
import { AddProviderReportHandler } from './add-provider-report.js';
import { AcknowledgeAlertHandler } from './acknowledge-alert.js';
import { CancelJobHandler } from './cancel-job.js';
import { ActOnPeriodHandler } from './act-on-period.js';
import { DecideIdentityHandler } from './decide-identity.js';
import { DismissDeadLetterHandler } from './dismiss-dead-letter.js';
import { ErasePersonHandler } from './erase-person.js';
import { ImportObjectsHandler } from './import-objects.js';
import { RebuildProjectionHandler } from './rebuild-projection.js';
import { RecordFxRatesHandler } from './record-fx-rates.js';
import { ReplayDeadLetterHandler } from './replay-dead-letter.js';
import { RunBackfillHandler } from './run-backfill.js';
import { RunReconciliationHandler } from './run-reconciliation.js';
import { RunTieOutHandler } from './run-tie-out.js';
import { StartSealHandler } from './start-seal.js';
import { StartVerificationHandler } from './start-verification.js';
import { SetMarkerHandler } from './set-marker.js';
import { SetOpeningBalanceHandler } from './set-opening-balance.js';

/** Who asks for a command: `key:<id>`, `cli:<user>` or `system`; and in which request. */
export interface Asker {
  actor: string;
  correlationId: string;
  /** The person's name, where two people have to be told apart; it goes into no log. */
  name?: string;
}

/** The way to every operator command, from REST, CLI and jobs: it leaves one audit line each, whatever the outcome. */
@Injectable()
export class Operator {
  constructor(
    private readonly bus: CommandBus,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async run<R>(command: Command<R> & { asker: Asker }): Promise<R> {
    const { asker, watch: _watch, ...details } = command as Command<R> & { asker: Asker } & Record<string, unknown>;
    const line = {
      audit: true,
      command: command.constructor.name,
      actor: asker.actor,
      correlation_id: asker.correlationId,
      details,
    };
    try {
      const result = await this.bus.execute(command);
      this.log.info({ ...line, outcome: 'done' }, 'operator command');
      return result;
    } catch (error) {
      // What somebody wrote may be what it was refused for, an e-mail address in it.
      const { reason: _reason, ...told } = details;
      this.log.warn({ ...line, details: told, outcome: toProblem(error)?.code ?? 'failed' }, 'operator command');
      throw error;
    }
  }
}

export const operatorProviders = [
  Operator,
  RunReconciliationHandler,
  ReplayDeadLetterHandler,
  DismissDeadLetterHandler,
  RebuildProjectionHandler,
  RunBackfillHandler,
  SetMarkerHandler,
  AcknowledgeAlertHandler,
  CancelJobHandler,
  DecideIdentityHandler,
  ErasePersonHandler,
  ActOnPeriodHandler,
  RecordFxRatesHandler,
  SetOpeningBalanceHandler,
  ImportObjectsHandler,
  AddProviderReportHandler,
  RunTieOutHandler,
  StartVerificationHandler,
  StartSealHandler,
];

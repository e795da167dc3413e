import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TieOutResult } from '../../close/tie-out/tie-out-result.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Compare the balance of every provider with the ledger over a period, and record what came of it. */
export class RunTieOut extends Command<TieOutResult[]> {
  constructor(
    readonly period: string,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(RunTieOut)
export class RunTieOutHandler implements ICommandHandler<RunTieOut> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ period, asker }: RunTieOut): Promise<TieOutResult[]> {
    return this.service.tieOuts.run(period, asker);
  }
}

import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Problem } from '../../kernel/errors.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Have the jobs seal everything now, and write the seal into the ledger. */
export class StartSeal extends Command<{ job_id: string }> {
  constructor(readonly asker: Asker) {
    super();
  }
}

@CommandHandler(StartSeal)
export class StartSealHandler implements ICommandHandler<StartSeal> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async execute({ asker }: StartSeal): Promise<{ job_id: string }> {
    const queued = this.service.jobs.enqueueSeal(asker.actor).catch(() => {
      throw new Problem('unavailable', 'The queue of the jobs does not answer.');
    });
    return { job_id: await queued };
  }
}

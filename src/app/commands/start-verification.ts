import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Problem } from '../../kernel/errors.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Have the jobs verify the ledger and the read model now. */
export class StartVerification extends Command<{ job_id: string }> {
  constructor(readonly asker: Asker) {
    super();
  }
}

@CommandHandler(StartVerification)
export class StartVerificationHandler implements ICommandHandler<StartVerification> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async execute({ asker }: StartVerification): Promise<{ job_id: string }> {
    const queued = this.service.jobs.enqueueVerification(asker.actor).catch(() => {
      throw new Problem('unavailable', 'The queue of the jobs does not answer.');
    });
    return { job_id: await queued };
  }
}

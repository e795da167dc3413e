import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Jobs } from '../../jobs/create-jobs.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

type Cancelled = Awaited<ReturnType<Jobs['cancel']>>;

/** Take a job out of the queue, or tell the one that runs to stop. */
export class CancelJob extends Command<Cancelled> {
  constructor(
    readonly id: string,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(CancelJob)
export class CancelJobHandler implements ICommandHandler<CancelJob> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ id, asker }: CancelJob): Promise<Cancelled> {
    return this.service.jobs.cancel(id, asker.actor);
  }
}

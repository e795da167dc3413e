import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DeadLetter } from '../../ingest/ingest.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Decide that nothing has to follow from a letter. Throws Problem `not_found`. */
export class DismissDeadLetter extends Command<DeadLetter> {
  constructor(
    readonly id: string,
    readonly reason: string,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(DismissDeadLetter)
export class DismissDeadLetterHandler implements ICommandHandler<DismissDeadLetter> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ id, reason, asker }: DismissDeadLetter): Promise<DeadLetter> {
    return this.service.ingest.deadLetters.dismiss(id, { reason, ...asker });
  }
}

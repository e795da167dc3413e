import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '../../ingest/ingest.js';
import { Problem } from '../../kernel/errors.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Send what was parked through its door again, or a failed job into the queue. Throws Problem `not_found`, `needs_rebuild`. */
export class ReplayDeadLetter extends Command<Outcome> {
  constructor(
    readonly id: string,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(ReplayDeadLetter)
export class ReplayDeadLetterHandler implements ICommandHandler<ReplayDeadLetter> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async execute({ id, asker }: ReplayDeadLetter): Promise<Outcome> {
    const { deadLetters } = this.service.ingest;
    if (!(await deadLetters.find(id))) throw new Problem('not_found', 'There is no dead letter with this id.');
    return deadLetters.replay(id, asker.actor);
  }
}

import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PersonAsked } from '../../ingest/erasure/find-person.js';
import type { ShownErasure } from '../../ingest/erasure/shown-erasure.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Erase a person for good. Everything of a command goes into its audit line, so they come as the vault writes them. Throws Problem `not_found`, `invalid_request`. */
export class ErasePerson extends Command<ShownErasure & { recorded: boolean }> {
  constructor(
    readonly person: PersonAsked,
    readonly reason: string,
    readonly asker: Asker,
    /** How long to wait until it is carried out, in milliseconds. */
    readonly waitMs?: number,
  ) {
    super();
  }
}

@CommandHandler(ErasePerson)
export class ErasePersonHandler implements ICommandHandler<ErasePerson> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ person, reason, asker, waitMs }: ErasePerson): Promise<ShownErasure & { recorded: boolean }> {
    return this.service.erasures.erase({ person, reason }, asker, waitMs);
  }
}

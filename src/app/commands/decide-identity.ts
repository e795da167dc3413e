import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DecidedIdentity, IdentityRequest } from '../../ingest/decide-identity.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Decide whether two identifiers are one person's. Throws Problem `not_found`, `invalid_request`. */
export class DecideIdentity extends Command<DecidedIdentity> {
  constructor(
    readonly request: IdentityRequest,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(DecideIdentity)
export class DecideIdentityHandler implements ICommandHandler<DecideIdentity> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ request, asker }: DecideIdentity): Promise<DecidedIdentity> {
    return this.service.ingest.decideIdentity(request, asker);
  }
}

import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Alerts } from '../../alert/create-alerts.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

type Acknowledged = Awaited<ReturnType<Alerts['acknowledge']>>;

/** Somebody has seen an alert. */
export class AcknowledgeAlert extends Command<Acknowledged> {
  constructor(
    readonly id: string,
    readonly note: string | undefined,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(AcknowledgeAlert)
export class AcknowledgeAlertHandler implements ICommandHandler<AcknowledgeAlert> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ id, note, asker }: AcknowledgeAlert): Promise<Acknowledged> {
    return this.service.alerts.acknowledge(id, { note, actor: asker.actor });
  }
}

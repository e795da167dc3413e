import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Marker } from '../../reconcile/store/markers.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Record that something was released or began. */
export class SetMarker extends Command<Marker> {
  constructor(
    readonly marker: Omit<Marker, 'id' | 'at'> & { id?: string; at?: string },
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(SetMarker)
export class SetMarkerHandler implements ICommandHandler<SetMarker> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ marker, asker }: SetMarker): Promise<Marker> {
    return this.service.reconcile.setMarker(marker, asker.actor);
  }
}

import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OnProgress, Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Make the read model, and what closes stored, anew from the ledger. `watch.onProgress` hears of entries done and in all. */
export class RebuildProjection extends Command<{ position: number; stateHash: string }> {
  constructor(
    readonly asker: Asker,
    readonly watch: { onProgress?: OnProgress } = {},
  ) {
    super();
  }
}

@CommandHandler(RebuildProjection)
export class RebuildProjectionHandler implements ICommandHandler<RebuildProjection> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async execute({ watch }: RebuildProjection): Promise<{ position: number; stateHash: string }> {
    const { close, projections } = this.service;
    await close.rebuild();
    const { position } = await projections.rebuild(watch.onProgress);
    return { position, stateHash: await projections.stateHash() };
  }
}

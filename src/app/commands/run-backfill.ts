import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { addDays, type Day, Zone } from '../../kernel/day.js';
import type { OnProgress, Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Days of the reporting zone, both included. */
export interface BackfillRequest {
  provider: string;
  from: Day;
  to: Day;
}

export interface BackfillAnswer {
  provider: string;
  /** Hours that are compared, or were. */
  hours: number;
  /** Present when it ran inline: events listed, and ids of those that were missing. */
  listed?: number;
  recorded?: string[];
  /** Ids of those that could not be kept. */
  missing?: string[];
}

/** Compare what a provider lists with the ledger again, and fetch what is missing. `inline`: now and in this process; else by the jobs. */
export class RunBackfill extends Command<BackfillAnswer> {
  constructor(
    readonly request: BackfillRequest,
    readonly inline: boolean,
    readonly asker: Asker,
    readonly watch: { onProgress?: OnProgress } = {},
  ) {
    super();
  }
}

@CommandHandler(RunBackfill)
export class RunBackfillHandler implements ICommandHandler<RunBackfill> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async execute({ request: { provider, from, to }, inline, watch }: RunBackfill): Promise<BackfillAnswer> {
    const { ingest, jobs, config } = this.service;
    const zone = new Zone(config.reportingTimeZone);
    const range = { from: new Date(zone.startOf(from)), until: new Date(zone.startOf(addDays(to, 1))) };
    const hours = await ingest.backfill.request(provider, range);
    if (!inline) {
      // The hours are kept as due: where the queue does not answer, the next turn of the schedule finds them.
      await jobs.enqueueBackfill(provider).catch(() => undefined);
      return { provider, hours };
    }
    const {
      listed,
      recorded,
      missing,
      hours: done,
    } = await ingest.backfill.sweep(provider, { onProgress: watch.onProgress });
    return { provider, hours: done, listed, recorded, missing };
  }
}

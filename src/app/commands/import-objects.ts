import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Imported } from '../../ingest/settle-objects.js';
import { addDays, type Day, Zone } from '../../kernel/day.js';
import type { OnProgress, Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** What to read: lists of a provider over days of the reporting zone, both included, or files. */
export interface ImportRequest {
  provider: string;
  from?: Day;
  to?: Day;
  lists?: readonly string[];
  files?: readonly string[];
  /** When the objects were as the files have them. */
  asOf?: Date;
  testMode?: boolean;
}

/** Read objects as they are now into the ledger. Resolves with what each list or file came to, by name. */
export class ImportObjects extends Command<Record<string, Imported>> {
  constructor(
    readonly request: ImportRequest,
    readonly asker: Asker,
    readonly watch: { onProgress?: (name: string) => OnProgress; signal?: AbortSignal } = {},
  ) {
    super();
  }
}

@CommandHandler(ImportObjects)
export class ImportObjectsHandler implements ICommandHandler<ImportObjects> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async execute({ request, watch: { onProgress, signal } }: ImportObjects): Promise<Record<string, Imported>> {
    const { imports } = this.service.ingest;
    const { provider, from, to, files = [], asOf, testMode } = request;
    const imported: Record<string, Imported> = {};
    for (const file of files) {
      const options = { asOf, testMode, signal, onProgress: onProgress?.(file) };
      imported[file] = await imports.file(provider, file, options);
      if (!imported[file].done) return imported;
    }
    if (from === undefined || to === undefined) return imported;
    const zone = new Zone(this.service.config.reportingTimeZone);
    const range = { from: new Date(zone.startOf(from)), until: new Date(zone.startOf(addDays(to, 1))) };
    for (const name of request.lists ?? imports.listsOf(provider)) {
      imported[name] = await imports.lists(provider, [name], range, { signal, onProgress: onProgress?.(name) });
      if (!imported[name].done) return imported;
    }
    return imported;
  }
}

import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { KeptReport } from '../../close/tie-out/provider-reports.js';
import { addDays, type Day, Zone } from '../../kernel/day.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** Days of the reporting zone, both included; needed of reports that do not say which time they cover. */
export interface ReportRequest {
  provider: string;
  kind: string;
  name?: string;
  from?: Day;
  to?: Day;
}

export interface AddedReport {
  outcome: 'recorded' | 'duplicate';
  report: KeptReport;
}

/** Keep a report of a provider, byte for byte. */
export class AddProviderReport extends Command<AddedReport> {
  constructor(
    readonly request: ReportRequest,
    readonly asker: Asker,
    readonly watch: { bytes: Buffer },
  ) {
    super();
  }
}

@CommandHandler(AddProviderReport)
export class AddProviderReportHandler implements ICommandHandler<AddProviderReport> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ request, asker, watch: { bytes } }: AddProviderReport): Promise<AddedReport> {
    const { provider, kind, name, from, to } = request;
    const zone = new Zone(this.service.config.reportingTimeZone);
    return this.service.reports.add(
      {
        provider,
        kind,
        name,
        bytes,
        ...(from === undefined ? {} : { from: new Date(zone.startOf(from)) }),
        ...(to === undefined ? {} : { until: new Date(zone.startOf(addDays(to, 1))) }),
      },
      asker.actor,
    );
  }
}

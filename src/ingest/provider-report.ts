import type { Readable } from 'node:stream';
import type { Entry } from '../ledger/ledger.js';
import type { BalanceLine } from './balance-line.js';
import type { ProviderApi } from './event-list.js';
import type { ReadObject } from './object-list.js';

/** A balance as a provider states it at the two ends of a report, minor units. */
export interface StatedBalance {
  currency: string;
  start: bigint;
  end: bigint;
}

/** What a report says. */
export interface ReportContent {
  /** Lines of the balance, one by one; none in a summary. */
  lines: BalanceLine[];
  balances: StatedBalance[];
  /** Rows that are kept as entries as well, where the provider's webhooks do not tell what they say. */
  objects: ReadObject[];
}

/** A kind of report that a provider makes of its balance. */
export interface ReportKind {
  provider: string;
  /** `balance_itemised`. */
  name: string;
  meaning: string;
  /** Whether the file does not say which time it covers, so that whoever hands it over has to. */
  undated: boolean;
  /** Whether it states every line of the balance that was made in the time it covers. */
  complete: boolean;
  /** Throws Problem `invalid_request` that names the line and quotes nothing of it. */
  read(name: string, file: Readable): Promise<ReportContent>;
}

/** A report that a provider says it has made. */
export interface AnnouncedReport {
  account: string;
  /** Of the file. */
  name: string;
  kind: string;
  /** Which batch it is of, as its lines say it: their `payout`. */
  batch: string;
  at: Date;
}

/** How a provider says that it has made reports, and where they are. */
export interface ReportSource {
  provider: string;
  /** Undefined for an entry that announces none, one that is not read here, or one of test mode. */
  announced(
    entry: Pick<Entry, 'type' | 'origin' | 'account' | 'attributes' | 'occurredAt'>,
  ): AnnouncedReport | undefined;
  /** `apiKey`: the user and password of a user who may read reports. */
  open(settings: ProviderApi): FetchReport;
}

/** The bytes of an announced report. Throws Problem `unavailable` or `too_large` with a sentence for the operator. */
export type FetchReport = (report: Pick<AnnouncedReport, 'account' | 'name'>, bytesMax: number) => Promise<Buffer>;

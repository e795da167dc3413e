import { accountsByCode } from './journal/account-rules.js';
import type { ExportOptions } from './export/export-format.js';
import { begun, exportFormat, exportJournal } from './export-journal.js';
import { createPacks, type PackedPeriods, type PackQuery, type PacksDeps } from './pack/create-packs.js';
import type { PackFile } from './pack/pack-facts.js';
import type { Receipts } from './export/with-receipts.js';

/** A file as it is downloaded or written. */
export interface PeriodFile {
  name: string;
  contentType: string;
  chunks: AsyncGenerator<string | Uint8Array>;
}

export interface ExportQuery {
  /** A name of `exports/`. */
  format: string;
  version?: number | undefined;
  /** Only the lines of this currency. */
  currency?: string | undefined;
  /** Of Xero: the organisation's tax rate that means no tax. */
  taxRate?: string | undefined;
  /** Of NetSuite OneWorld: the subsidiary whose journal it is. */
  subsidiary?: string | undefined;
}

export interface PeriodFilesDeps extends PacksDeps {
  periods: PackedPeriods;
  ledger: PacksDeps['ledger'] & Receipts;
  account: ExportOptions['account'];
  functionalCurrency?: string | undefined;
}

/**
 * What people take away of a period: its journal in the format of another program, and its pack. Undefined where the period was never
 * closed in the version asked for; what is wrong with a question is a Problem before the first chunk.
 */
export function createPeriodFiles(deps: PeriodFilesDeps) {
  const packs = createPacks(deps);
  return {
    async journal(
      id: string,
      { format: name, version, currency, taxRate, subsidiary }: ExportQuery,
    ): Promise<PeriodFile | undefined> {
      const format = exportFormat(name);
      const journal = await deps.periods.lines(id, version);
      if (!journal) return undefined;
      const { functionalCurrency } = deps;
      const kept = accountsByCode(journal.accounts ?? []);
      const earlier = accountsByCode(journal.earlierAccounts ?? []);
      // Of a closed one the names of its close, or of those that it corrects; closes from before they were kept have those of now.
      const account = (code: string) => kept.get(code) ?? earlier.get(code) ?? deps.account(code);
      const chunks = exportJournal({ format, currency }, journal.lines, deps.ledger, {
        period: id,
        account,
        functionalCurrency,
        ...(taxRate === undefined ? {} : { taxRate }),
        ...(subsidiary === undefined ? {} : { subsidiary }),
      });
      const parts = ['journal', nameOf(id, journal.version), name, ...(currency === undefined ? [] : [currency])];
      return {
        name: `${parts.join('-')}.${format.extension}`,
        contentType: format.contentType,
        chunks: await begun(chunks),
      };
    },
    async pack(id: string, query: PackQuery): Promise<PeriodFile | undefined> {
      const chunks = await packs.zip(id, query);
      if (!chunks) return undefined;
      return {
        name: `pack-${nameOf(id, query.version)}.zip`,
        contentType: 'application/zip',
        chunks: await begun(chunks),
      };
    },
    /** The same, file by file. */
    packFiles: (id: string, query: PackQuery): Promise<AsyncGenerator<PackFile> | undefined> => packs.files(id, query),
  };
}

export type PeriodFiles = ReturnType<typeof createPeriodFiles>;

const nameOf = (id: string, version: number | undefined): string => (version === undefined ? id : `${id}-v${version}`);

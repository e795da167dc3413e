import type { ExportLine } from './export-lines.js';

/** What an account of the chart is, in the words that every accounting program shares. */
export type AccountType = 'asset' | 'liability' | 'equity' | 'income' | 'expense';

/** An account as other programs know it. */
export interface ChartAccount {
  /** `Parent:Sub` where it has a parent. */
  name: string;
  type: AccountType;
  /** The customer or supplier that a program wants on each line of a receivable or payable. */
  party?: string;
}

export interface ExportOptions {
  period: string;
  /** The account of a code; undefined where the chart does not have it, then the code is its name. */
  account: (code: string) => ChartAccount | undefined;
  /** ISO 4217, where the books have one. */
  functionalCurrency?: string | undefined;
  /** Of Xero: the name of the organisation's tax rate that means no tax. */
  taxRate?: string;
  /** Of NetSuite OneWorld: the subsidiary whose journal it is. */
  subsidiary?: string;
}

/** Turns lines into a file, a line at a time, and keeps no more than the journal entry it is in. */
export interface ExportWriter {
  /** What can be written once this line is known; often empty. Throws Problem for a line that the format cannot say. */
  line(line: ExportLine): string | Uint8Array;
  /** What comes last, the heading of a file without lines included. */
  end(): string | Uint8Array;
}

/** One file of `exports/` is one format. */
export interface ExportFormat {
  /** As in `format=`. */
  name: string;
  contentType: string;
  /** Of the file's name. */
  extension: string;
  /** Who reads it, in a few words. */
  meaning: string;
  /** Whether each line is to say when its entry was received, and its provider's event. */
  needsReceipts?: boolean;
  open(options: ExportOptions): ExportWriter;
}

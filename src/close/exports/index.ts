import type { ExportFormat } from '../export/export-format.js';
import { beancount } from './beancount.js';
import { csv } from './csv.js';
import { hledger } from './hledger.js';
import { jsonl } from './jsonl.js';
import { netsuite } from './netsuite.js';
import { quickbooksDesktop } from './quickbooks-desktop.js';
import { quickbooksOnline } from './quickbooks-online.js';
import { xero } from './xero.js';

/** Every format that a journal can be had in. */
export const exportFormats: readonly ExportFormat[] = [
  jsonl,
  csv,
  hledger,
  beancount,
  quickbooksOnline,
  quickbooksDesktop,
  xero,
  netsuite,
];

import type { ExportFormat } from '../export/export-format.js';
import type { ExportLine } from '../export/export-lines.js';

/** A line in plain JSON: minor units as decimal strings, times in ISO 8601; what is absent is left out. */
export const lineText = (line: ExportLine): string =>
  JSON.stringify({
    entry: line.entry,
    line: line.line,
    period: line.period,
    day: line.day,
    at: new Date(line.at).toISOString(),
    received_at: line.receivedAt?.toISOString(),
    account: line.account,
    amount_minor: String(line.amount),
    currency: line.currency,
    functional_minor: line.functional === undefined ? undefined : String(line.functional),
    rate: line.rate,
    kind: line.kind,
    object: line.object,
    entry_id: line.entryId,
    position: line.position,
    origin_event_id: line.originEventId,
    adjusts: line.adjusts,
    cause: line.adjusts === undefined ? undefined : line.cause,
    origin_day: line.adjusts === undefined ? undefined : line.originDay,
    account_key: line.adjusts === undefined ? undefined : line.key,
    origin_entry: line.originEntry,
    memo: line.memo,
  });

export const jsonl: ExportFormat = {
  name: 'jsonl',
  contentType: 'application/jsonl; charset=utf-8',
  extension: 'jsonl',
  meaning: 'one JSON object for each line',
  needsReceipts: true,
  open: () => ({ line: (line) => `${lineText(line)}\n`, end: () => '' }),
};

import { Problem } from '../kernel/errors.js';
import type { Entry, Ledger } from '../ledger/ledger.js';
import type { ReportPage } from './create-report.js';

export interface EntriesQuery {
  /** Entries after this position. */
  cursor?: string;
  limit?: number;
  type?: string;
  origin?: string;
  stream?: string;
}

const PAGES_MAX = 20;

/** Entries of the feed in order. Filters look at a bounded stretch of the feed at a time; `next_cursor` goes on from there. */
export async function entriesPage(ledger: Ledger, query: EntriesQuery): Promise<ReportPage> {
  const limit = query.limit ?? 100;
  if (query.stream !== undefined) return streamPage(ledger, query.stream, query.cursor, limit);
  let after = cursorOf(query.cursor);
  const found: Entry[] = [];
  for (let page = 0; page < PAGES_MAX; page++) {
    const { entries } = await ledger.readFeed(after, 1_000);
    if (entries.length === 0) return { data: found.map(entryJson), next_cursor: null };
    for (const entry of entries) {
      after = entry.position;
      if ((query.type && entry.type !== query.type) || (query.origin && entry.origin !== query.origin)) continue;
      found.push(entry);
      if (found.length === limit) return { data: found.map(entryJson), next_cursor: String(after) };
    }
  }
  return { data: found.map(entryJson), next_cursor: String(after) };
}

async function streamPage(
  ledger: Ledger,
  stream: string,
  cursor: string | undefined,
  limit: number,
): Promise<ReportPage> {
  const from = cursorOf(cursor);
  const entries = await ledger.readStream(stream, { from, limit: limit + 1 });
  const page = entries.slice(0, limit);
  return { data: page.map(entryJson), next_cursor: entries.length > limit ? String(page.at(-1)!.revision + 1) : null };
}

function cursorOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,15}$/.test(cursor)) throw new Problem('invalid_request', 'the cursor is not one of this list');
  return Number(cursor);
}

/** An entry on the wire. Personal leaves of `body` are sealed tokens; they are never opened here. */
export const entryJson = (entry: Entry): Record<string, unknown> => ({
  id: entry.id,
  position: entry.position,
  stream: entry.stream,
  revision: entry.revision,
  type: entry.type,
  schema_version: entry.schemaVersion,
  origin: entry.origin,
  account: entry.account,
  origin_event_id: entry.originEventId,
  occurred_at: entry.occurredAt.toISOString(),
  recorded_at: entry.recordedAt.toISOString(),
  correlation_id: entry.correlationId,
  causation_id: entry.causationId ?? null,
  actor: entry.actor,
  authenticated_by: entry.authenticatedBy,
  subjects: entry.subjects,
  attributes: entry.attributes,
  stored_hash: entry.storedHash.toString('hex'),
  content_mac: entry.contentMac.toString('hex'),
  body: parsed(entry.body),
});

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

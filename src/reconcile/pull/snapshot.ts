import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { isCurrency, minorUnits, type TrackedKind } from '../../catalog/tracked-events.js';
import { describeClient } from '../../ingest/describe-client.js';
import type { ConfiguredSource, Piece, SourceCount, SourceEvent } from '../source-type.js';
import type { Window } from '../source.js';
import { packContext } from '../tracked/tracked-context.js';
import { mapEvent, type PulledEvent, type Writing } from './map-event.js';
import { mapPage } from './page-hit.js';
import type { CountRow, Fetched, PageRow, SpooledTable } from './snapshot-tables.js';
import { Spool } from './spool.js';

const BATCH = 1_000; // rows kept in memory
const QUARTER_MS = 15 * 60_000;
const NAMES_MAX = 10_000; // of events; a tool that makes names out of ids must not fill the memory

export interface SnapshotGiven {
  source: ConfiguredSource;
  window: Window;
  /** Where the source does not name its zone. */
  timeZone: string;
  writing: Writing & { network: (ip: unknown) => string | undefined };
  /** Folder for rows on their way. */
  spoolFolder: string;
}

/** Reads a source to its end. The spool of what it answers is the caller's to close. Throws whatever reading throws. */
export async function readSnapshot(given: SnapshotGiven, pieces: AsyncIterable<Piece>): Promise<Fetched> {
  const spool = await Spool.open<SpooledTable>(given.spoolFolder);
  try {
    const snapshot = new Snapshot(given, spool);
    for await (const piece of pieces) await snapshot.add(piece);
    return await snapshot.end();
  } catch (error) {
    await spool.close();
    throw error;
  }
}

/**
 * Turns the pieces of one day into rows as they come, in memory that does not grow with them. Equal pieces in any order, and any of them
 * sent again, come to the same rows; the digest is of all that was sent.
 */
class Snapshot {
  private readonly flags = new Set<string>();
  private readonly notes = new Set<string>();
  private readonly names = new Map<string, { kind: TrackedKind | undefined; count: number }>();
  private readonly counts = new Map<string, CountRow>();
  private events = new Map<string, PulledEvent & { deliveries: number }>();
  private seen: { key: string; at: number; context: string }[] = [];
  private links: { anonymousId: string; userId: string }[] = [];
  private pages: PageRow[] = [];
  private timeZone: string;
  private sum = 0n;

  constructor(
    private readonly given: SnapshotGiven,
    private readonly spool: Fetched['spool'],
  ) {
    this.timeZone = given.timeZone;
  }

  async add(piece: Piece): Promise<void> {
    if ('event' in piece) this.addEvent(piece.event);
    else if ('seen' in piece) this.addSeen(piece.seen);
    else if ('counted' in piece) this.addCount(piece.counted);
    else if ('page' in piece) this.addPage(piece.page);
    else if ('name' in piece) this.addName(this.given.writing.clear(piece.name) ?? '(unreadable)', piece.count);
    else if ('flag' in piece) this.flags.add(piece.flag);
    else if ('note' in piece) this.notes.add(piece.note);
    else this.timeZone = piece.timeZone;
    if (this.events.size + this.seen.length + this.links.length + this.pages.length >= BATCH) await this.flush();
  }

  private addEvent(sent: SourceEvent): void {
    if (sent.at < this.given.window.from || sent.at >= this.given.window.to) return;
    const { mapper } = this.given.source;
    const { name, kind, event, seen, context, links } = mapEvent(sent, mapper, this.given.writing);
    this.addName(name, 1, kind);
    for (const key of seen) this.seen.push({ key, at: sent.at, context });
    this.links.push(...links);
    if (!event) return;
    this.digest(event);
    const known = this.events.get(event.messageId);
    if (known) known.deliveries += 1;
    else this.events.set(event.messageId, { ...event, deliveries: 1 });
  }

  private addSeen({ userId, anonymousId, at, client }: Extract<Piece, { seen: unknown }>['seen']): void {
    const { clear } = this.given.writing;
    const context = client ? packContext(describeClient(clear, client)) : '';
    for (const [kind, value] of [
      ['user', clear(userId)],
      ['anonymous', clear(anonymousId)],
    ] as const) {
      if (value !== undefined) this.seen.push({ key: `${kind}:${value}`, at, context });
    }
  }

  private addName(name: string, count: number, kind = this.given.source.mapper.kindOf(name)): void {
    const known = this.names.get(name) ?? (this.names.size < NAMES_MAX ? undefined : this.names.get('(others)'));
    if (known) known.count += count;
    else this.names.set(this.names.size < NAMES_MAX ? name : '(others)', { kind, count });
  }

  private addCount({ name, firstUserSource = '', count, value }: SourceCount): void {
    const kind = this.given.source.mapper.kindOf(name);
    if (firstUserSource === '' && value === undefined) this.addName(name, count, kind);
    if (kind === undefined) return;
    const currency = value?.currency.toUpperCase() ?? '';
    const key = `${kind} ${firstUserSource} ${currency}`;
    const row = this.counts.get(key) ?? { kind, firstUserSource, currency, count: 0 };
    this.counts.set(key, row);
    row.count += count;
    const minor = value && isCurrency(currency) ? minorUnits(value.amount, currency) : undefined;
    if (minor === undefined || !value) return;
    row.valueMinor = (row.valueMinor ?? 0n) + minor;
    row.valueBasis = value.basis;
  }

  private addPage(hit: Extract<Piece, { page: unknown }>['page']): void {
    const { window, source, writing } = this.given;
    if (hit.at < window.from || hit.at >= window.to) return;
    const page = mapPage(hit, source.mapper, writing);
    this.addName(typeof page === 'string' ? page : 'page_request', 1, undefined);
    if (typeof page === 'string') return;
    this.digest(page);
    this.pages.push(page);
  }

  /** A sum of hashes is the same in every order. */
  private digest(row: PulledEvent | PageRow): void {
    const text = JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    this.sum = (this.sum + BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)) & MASK;
  }

  private async flush(): Promise<void> {
    const { spool, events, seen, links, pages } = this;
    this.events = new Map();
    [this.seen, this.links, this.pages] = [[], [], []];
    const timed = [...events.values()].map((event) => ({
      ...event,
      at: iso(event.at),
      receivedAt: iso(event.receivedAt),
    }));
    await spool.add('events', timed);
    await spool.add(
      'seen',
      seen.map(({ key, at, context }) => ({ key, context, at: iso(Math.floor(at / QUARTER_MS) * QUARTER_MS) })),
    );
    await spool.add('links', links);
    await spool.add(
      'pages',
      pages.map((page) => ({ ...page, at: iso(page.at) })),
    );
  }

  /** What is left too, and the digest of the whole. */
  async end(): Promise<Fetched> {
    await this.flush();
    const { names, timeZone, spool } = this;
    const counts = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    const [flags, notes] = [[...this.flags].sort(), [...this.notes].sort()];
    const whole = {
      rows: this.sum.toString(16),
      names: Object.fromEntries([...names].map(([name, { kind, count }]) => [name, `${kind ?? ''} ${count}`])),
      counts: counts.map((row) => ({
        ...row,
        valueMinor: row.valueMinor === undefined ? null : String(row.valueMinor),
      })),
      ...{ flags, notes, time_zone: timeZone },
    };
    const digest = createHash('sha256').update(canonicalJson(whole)).digest('hex');
    return { digest, timeZone, flags, notes, names, counts, spool };
  }
}

const iso = (at: number): string => new Date(at).toISOString();
const MASK = (1n << 128n) - 1n;

import type pg from 'pg';
import { decisionId } from '../../../kernel/entry-id.js';
import { COMPLETES } from '../../completed-event.js';
import type { Entry, Erased, FeedPage, Position, Receipt, Revision, StreamName, Tagged } from '../../ledger.js';
import { isEntryId, receivedIdOf } from '../../streams.js';
import { unavailable } from './group-commit.js';
import { asText, ENTRY_COLUMNS, toEntry } from './rows.js';
import { isAway } from '../../../storage/is-away.js';

export const PAGE_BYTES_MAX = 16 * 1024 * 1024;
const COMPARED_MAX = 64; // tags that are compared one by one

type Row = (string | null)[];

/** Reading the ledger, on the pool. A database that cannot be reached is Problem `unavailable`. */
export class Reads {
  constructor(private readonly pool: pg.Pool) {}

  /** Positions are dense and become visible in order, so a range of them is a page without holes; the sum of sizes cuts it short. */
  async feed(after: Position, limit: number): Promise<FeedPage> {
    const [rows, head] = await Promise.all([
      this.query(
        'ledger_feed',
        `with page as (
          select coalesce(max(position) filter (where total <= ${PAGE_BYTES_MAX}), min(position)) as last from (
            select position, sum(octet_length(body) + 1024) over (order by position) as total
            from ledger.entries where position > $1 and position <= $1 + $2) sized)
        select ${ENTRY_COLUMNS} from ledger.entries where position > $1 and position <= (select last from page) order by position`,
        [after, limit],
      ),
      this.head(),
    ]);
    const entries = rows.map(toEntry);
    return { entries, head: Math.max(head, entries.at(-1)?.position ?? 0) };
  }

  /** Stored hashes of the feed after a position, 32 bytes each, joined: what sealing needs, at a fraction of the cost of entries. */
  async storedHashes(after: Position, limit: number): Promise<Buffer> {
    const [row] = await this.query(
      'ledger_hashes',
      `select encode(string_agg(stored_hash, ''::bytea order by position), 'hex')
      from ledger.entries where position > $1 and position <= $1 + $2`,
      [after, limit],
    );
    return Buffer.from(row?.[0] ?? '', 'hex');
  }

  /** No index on streams is needed: the ids of a stream's entries follow from its name. */
  async stream(stream: StreamName, from: Revision, limit: number): Promise<Entry[]> {
    const found: Entry[] = [];
    const received = receivedIdOf(stream);
    for (let next = from; found.length < limit;) {
      const wanted = Math.min(found.length === 0 ? 64 : 512, limit - found.length);
      const ids = Array.from({ length: wanted }, (_, index) => decisionId(stream, next + index));
      if (received !== undefined && next === 0) ids.push(received);
      const rows = await this.query(
        'ledger_stream',
        `select ${ENTRY_COLUMNS} from ledger.entries where id = any($1::uuid[]) and stream = $2 order by revision`,
        [ids, stream],
      );
      found.push(...rows.map(toEntry));
      if (rows.length < wanted) break;
      next += wanted;
    }
    return found;
  }

  async head(): Promise<Position> {
    const [row] = await this.query('ledger_head', 'select position from ledger.head', []);
    return Number(row![0]);
  }

  async find(id: string): Promise<Entry | undefined> {
    if (!isEntryId(id)) return undefined;
    const [row] = await this.query('ledger_find', `select ${ENTRY_COLUMNS} from ledger.entries where id = $1`, [id]);
    return row && toEntry(row);
  }

  async findMany(ids: readonly string[]): Promise<Entry[]> {
    const known = ids.filter(isEntryId);
    if (known.length === 0) return [];
    const rows = await this.query(
      'ledger_find_many',
      `select ${ENTRY_COLUMNS} from ledger.entries where id = any($1::uuid[])`,
      [known],
    );
    return rows.map(toEntry);
  }

  async findReceipts(ids: readonly string[]): Promise<Receipt[]> {
    const rows = await this.query(
      'ledger_find_receipts',
      `select id, date_part('epoch', recorded_at) * 1000, coalesce(attributes ->> '${COMPLETES}', origin_event_id)
       from ledger.entries where id = any($1::uuid[])`,
      [ids.filter(isEntryId)],
    );
    return rows.map(([id, ms, originEventId]) => ({
      id: id!,
      recordedAt: new Date(Math.round(Number(ms))),
      originEventId: originEventId!,
    }));
  }

  async findTagged(after: Position, limit: number, tags: readonly string[]): Promise<Tagged[]> {
    // Each of an entry's tags is compared with each that is wanted, or looked up among them.
    const isWanted =
      tags.length <= COMPARED_MAX
        ? 'subjects && $3::text[]'
        : 'position in (select position from said join unnest($3::text[]) as wanted (tag) using (tag))';
    const rows = await this.query(
      tags.length <= COMPARED_MAX ? 'ledger_find_tagged' : 'ledger_find_many_tagged',
      `with page as (
        select position, key_id, subjects from ledger.entries where position > $1 and position <= $1 + $2 and key_id is not null
      ), said as (select position, unnest(subjects) as tag from page)
      select position, key_id, array_to_json(subjects)::text from page where ${isWanted} order by position`,
      [after, limit, tags],
    );
    return rows.map(([position, keyId, subjects]) => ({
      position: Number(position),
      keyId: keyId!,
      subjects: JSON.parse(subjects!) as string[],
    }));
  }

  async findErased(after: Position, limit: number): Promise<Erased[]> {
    const rows = await this.query(
      'ledger_find_erased',
      `select e.key_id, t.number from ledger.entries e cross join lateral unnest(e.subjects) as said (tag)
      join ledger.erasure_tags t on t.tag = said.tag
      where e.position > $1 and e.position <= $1 + $2 and e.key_id is not null group by e.position, e.key_id, t.number`,
      [after, limit],
    );
    return rows.map(([keyId, number]) => ({ keyId: keyId!, erasure: Number(number) }));
  }

  async at(position: Position): Promise<Entry | undefined> {
    if (!Number.isSafeInteger(position) || position < 1) return undefined;
    const [row] = await this.query('ledger_at', `select ${ENTRY_COLUMNS} from ledger.entries where position = $1`, [
      position,
    ]);
    return row && toEntry(row);
  }

  private async query(name: string, text: string, values: unknown[]): Promise<Row[]> {
    try {
      const config = { name, text, values, rowMode: 'array' as const, types: asText };
      return (await this.pool.query<Row>(config)).rows;
    } catch (error) {
      throw isAway(error) ? unavailable('The ledger cannot be read just now.') : error;
    }
  }
}

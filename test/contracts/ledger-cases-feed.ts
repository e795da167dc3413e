import { expect, it } from '@jest/globals';
import type { FeedPage, Ledger } from '../../src/ledger/ledger.js';
import { STORED_BYTES_MAX } from '../../src/ledger/stored-hash.js';
import { erasedEntries, taggedEntries } from '../../src/ledger/tagged-entries.js';
import { decisions, received, times, type LedgerFixture } from './ledger-entries.js';

/** Takes pages until it has seen so many entries. */
async function collect(pages: AsyncIterable<FeedPage>, count: number): Promise<number[]> {
  const positions: number[] = [];
  for await (const page of pages) {
    expect(page.head).toBeGreaterThanOrEqual(page.entries.at(-1)!.position);
    positions.push(...page.entries.map((entry) => entry.position));
    if (positions.length >= count) break;
  }
  return positions;
}

const upTo = (count: number, after = 0): number[] => times(count, (index) => after + index + 1);

/** The feed: one order, no holes, nothing skipped, wherever a reader begins. */
export function feedCases(ledger: () => Ledger, fixture: () => LedgerFixture): void {
  const fill = async (count: number, prefix = 'e'): Promise<void> => {
    await Promise.all(times(count, (index) => ledger().record(received(`${prefix}${index}`))));
    await fixture().settled();
  };
  const live = (): AbortController => new AbortController();

  it('given an empty ledger, when read, then there is nothing and the head is 0', async () => {
    expect(await ledger().readFeed(0, 10)).toEqual({ entries: [], head: 0 });
    expect(await ledger().head()).toBe(0);
    expect(await ledger().at(1)).toBeUndefined();
    expect(await ledger().find('00000000-0000-5000-8000-000000000000')).toBeUndefined();
  });

  it('given entries, when read in pages, then each comes once and in order', async () => {
    await fill(25);
    const seen: number[] = [];
    for (
      let page = await ledger().readFeed(0, 10);
      page.entries.length > 0;
      page = await ledger().readFeed(seen.at(-1)!, 10)
    ) {
      expect(page.head).toBe(25);
      seen.push(...page.entries.map((entry) => entry.position));
    }
    expect(seen).toEqual(upTo(25));
  });

  it('given received events and decisions, when read, then they share one order', async () => {
    await ledger().record(received('e1'));
    await ledger().append('period-1', 'no_stream', decisions('period-1', 0, ['a', 'b']));
    await ledger().record(received('e2'));
    await fixture().settled();
    const { entries } = await ledger().readFeed(0, 10);
    expect(entries.map((entry) => entry.type.slice(0, 6))).toEqual(['stripe', 'Period', 'Period', 'stripe']);
  });

  it('given tags, when looked for, then the entries that carry one and have a key are found, in order and up to the end', async () => {
    const key = (n: number) => ({ id: `00000000-0000-7000-8000-00000000000${n}`, wrapped: Buffer.alloc(61, n) });
    await ledger().record(received('e1', { subjects: ['u.a', 'u.x'], key: key(1) }));
    await ledger().record(received('e2', { subjects: ['u.b'], key: key(2) }));
    await ledger().record(received('e3', { subjects: ['u.a'] }));
    await ledger().record(received('e4', { subjects: ['u.c'], key: key(4) }));
    await fixture().settled();
    const found: unknown[] = [];
    let end = 0;
    for await (const page of taggedEntries(ledger(), 0, 4, ['u.a', 'u.c'])) {
      found.push(...page.found.map(({ position, keyId, subjects }) => [position, keyId, subjects]));
      end = page.upTo;
    }
    expect([found, end]).toEqual([
      [
        [1, key(1).id, ['u.a', 'u.x']],
        [4, key(4).id, ['u.c']],
      ],
      4,
    ]);
  });

  // So many are looked up in another way than a few.
  it('given thousands of tags, when looked for, then each entry that carries some of them is found once, in order, and no other', async () => {
    const many = times(3_000, (n) => `u.${n}`);
    const carried: [string, string[]][] = [
      ...[
        ['first', ['e.x', 'u.0']],
        ['none', ['e.x', 'u.3000']],
        ['two', ['u.1500', 'u.7']],
      ],
      ...[
        ['no tag', []],
        ['like one', ['u.29990', 'U.7']],
        ['last', ['u.2999', 'z.y']],
      ],
    ] as [string, string[]][];
    const keys = times(carried.length, (n) => ({
      id: `00000000-0000-7000-8000-00000000000${n}`,
      wrapped: Buffer.alloc(61, n),
    }));
    for (const [index, [id, subjects]] of carried.entries())
      await ledger().record(received(id, { subjects, key: keys[index]! }));
    await ledger().record(received('without key', { subjects: ['u.1'] }));
    await fixture().settled();
    const foundAfter = async (after: number, upTo: number, tags: readonly string[]) => {
      const found = [];
      for await (const page of taggedEntries(ledger(), after, upTo, tags)) found.push(...page.found);
      return found.map(({ position, keyId, subjects }) => ({ position, keyId, subjects }));
    };
    const at = (index: number) => ({ position: index + 1, keyId: keys[index]!.id, subjects: carried[index]![1] });
    expect(await foundAfter(0, 7, many)).toEqual([at(0), at(2), at(5)]);
    expect(await foundAfter(1, 5, [...many, ...many])).toEqual([at(2)]);
    expect(await foundAfter(0, 7, many.slice(8, 1_500))).toEqual([]);
  });

  it('given erasures that stand, when gone through, then each finds the keys of its tags, once for each entry', async () => {
    const key = (n: number) => ({ id: `00000000-0000-7000-8000-00000000000${n}`, wrapped: Buffer.alloc(61, n) });
    const { pool } = fixture().database;
    await pool.query(`insert into ledger.erasure_tags values ('u.a', 0), ('p.a', 0), ('u.a', 1), ('u.c', 2)`);
    await ledger().record(received('e1', { subjects: ['p.a', 'u.a'], key: key(1) }));
    await ledger().record(received('e2', { subjects: ['u.b'], key: key(2) }));
    await ledger().record(received('e3', { subjects: ['u.a'] }));
    await ledger().record(received('e4', { subjects: ['u.c'], key: key(4) }));
    await fixture().settled();
    const erasuresOf = async (tags: readonly string[]) =>
      (
        await pool.query<{ tag: string; number: number }>('select * from ledger.erasure_tags where tag = any($1)', [
          tags,
        ])
      ).rows;
    const foundAfter = async (after: number) => {
      const found = [];
      for await (const page of erasedEntries(ledger(), erasuresOf, after, 4)) found.push(...page.found);
      return found.map(({ keyId, erasure }) => `${keyId.at(-1)!}: ${erasure}`).sort();
    };
    expect(await foundAfter(0)).toEqual(['1: 0', '1: 1', '4: 2']);
    expect(await foundAfter(1)).toEqual(['4: 2']);
  });

  it('given a position at or beyond the head, when read, then there is nothing', async () => {
    await fill(3);
    expect(await ledger().readFeed(3, 10)).toEqual({ entries: [], head: 3 });
    expect(await ledger().readFeed(99, 10)).toEqual({ entries: [], head: 3 });
  });

  it('given very large entries, when read with a high limit, then a page stays within about 16 MiB and none is lost', async () => {
    const body = 'x'.repeat(STORED_BYTES_MAX - 2_000);
    for (const index of times(20, (one) => one)) await ledger().record(received(`big${index}`, { body }));
    await fixture().settled();
    const first = await ledger().readFeed(0, 1_000);
    expect(first.entries.length).toBeGreaterThan(10);
    expect(first.entries.reduce((sum, entry) => sum + entry.body.length, 0)).toBeLessThanOrEqual(16 * 1024 * 1024);
    const rest = await ledger().readFeed(first.entries.length, 1_000);
    expect(first.entries.length + rest.entries.length).toBe(20);
  });

  it('given an id or a position, when looked up, then the same entry is found', async () => {
    await fill(3);
    const entry = (await ledger().at(2))!;
    expect(await ledger().find(entry.id)).toEqual(entry);
    expect(await ledger().at(0)).toBeUndefined();
    expect(await ledger().at(4)).toBeUndefined();
    expect(await ledger().find('not an id')).toBeUndefined();
  });

  it('given entries, when subscribed from zero, then all come and then the new ones', async () => {
    await fill(7);
    const pages = collect(ledger().subscribe(0, { limit: 3, signal: live().signal }), 12);
    await fill(5, 'later');
    expect(await pages).toEqual(upTo(12));
  });

  it('given entries, when subscribed from the head, then only the new ones come', async () => {
    await fill(7);
    const pages = collect(ledger().subscribe(7, { limit: 100, signal: live().signal }), 5);
    await fill(5, 'later');
    expect(await pages).toEqual(upTo(5, 7));
  });

  it('given a subscription that ended, when one starts after its last position, then nothing is missed or repeated', async () => {
    await fill(10);
    const first = await collect(ledger().subscribe(0, { limit: 4, signal: live().signal }), 4);
    const second = await collect(ledger().subscribe(first.at(-1)!, { limit: 4, signal: live().signal }), 6);
    expect([...first, ...second]).toEqual(upTo(10));
  });

  it('given an idle subscription, when another process appends, then it hears of it', async () => {
    const other = await fixture().open();
    const pages = collect(ledger().subscribe(0, { limit: 100, signal: live().signal }), 20);
    for (const index of times(20, (one) => one)) await other.record(received(`e${index}`));
    expect(await pages).toEqual(upTo(20));
    await other.close();
  });

  it('given many subscriptions while writing, then each sees everything in order', async () => {
    const other = await fixture().open();
    const readers = times(5, () => collect(ledger().subscribe(0, { limit: 50, signal: live().signal }), 600));
    await Promise.all(times(600, (index) => [ledger(), other][index % 2]!.record(received(`e${index}`))));
    await other.close();
    for (const positions of await Promise.all(readers)) expect(positions).toEqual(upTo(600));
  });

  it.each(['before it starts', 'while it waits'])(
    'given a subscription, when aborted %s, then it ends',
    async (when) => {
      const controller = live();
      if (when === 'before it starts') controller.abort();
      const ended = collect(ledger().subscribe(0, { limit: 10, signal: controller.signal }), 1);
      setImmediate(() => controller.abort());
      expect(await ended).toEqual([]);
    },
  );

  it('given a waiting subscription, when the ledger is closed, then it ends', async () => {
    const one = await fixture().open();
    const ended = collect(one.subscribe(0, { limit: 10, signal: live().signal }), 1);
    await one.close();
    expect(await ended).toEqual([]);
  });

  it('given hashes asked for by position, then they are those of the entries there, and no more than asked for', async () => {
    await fill(7);
    const { entries } = await ledger().readFeed(0, 10);
    const joined = (from: number, to: number) =>
      Buffer.concat(entries.slice(from, to).map((entry) => entry.storedHash));
    expect(await ledger().storedHashes(0, 100)).toEqual(joined(0, 7));
    expect(await ledger().storedHashes(2, 3)).toEqual(joined(2, 5));
    expect(await ledger().storedHashes(7, 3)).toEqual(Buffer.alloc(0));
  });

  it('given ids, known and unknown and none, when looked up together, then the known ones come, each once', async () => {
    await fill(5);
    const { entries } = await ledger().readFeed(0, 10);
    const [first, , third] = entries.map(({ id }) => id);
    const asked = [third!, 'not an id', '00000000-0000-5000-8000-000000000000', first!, first!];
    const ids = (await ledger().findMany(asked)).map(({ id }) => id);
    expect(ids.sort()).toEqual([first, third].sort());
    expect(await ledger().findMany([])).toEqual([]);
    const receipts = await ledger().findReceipts?.(asked);
    const { recordedAt, originEventId } = entries[0]!;
    if (receipts) expect(receipts.map(({ id }) => id).sort()).toEqual([first, third].sort());
    if (receipts) expect(receipts).toContainEqual({ id: first, recordedAt, originEventId });
  });

  it('given an open ledger, when its health is asked, then it takes appends and says where the feed is', async () => {
    await fill(3);
    expect(await ledger().health()).toMatchObject({ ok: true, head: 3 });
  });
}

import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Entry, Ledger, NewEntry } from '../../src/ledger/ledger.js';
import { STORED_BYTES_MAX, storedBytes, storedHash } from '../../src/ledger/stored-hash.js';
import { decisions, received, tell, type LedgerFixture } from './ledger-entries.js';

/** Five entries as they are read elsewhere: received events and decisions, in two minutes of the past. */
function ofAnotherLedger(): Entry[] {
  const [first, second] = decisions('period-1', 0, ['a', 'b']);
  const key = { id: randomUUID(), wrapped: Buffer.alloc(0) };
  const given = [received('e1', { key }), first!, received('e2', { causationId: first!.id }), second!, received('e3')];
  return given.map(({ key: sealed, ...entry }, index) => {
    const recordedAt = new Date(`2026-03-01T10:0${index >> 1}:00.123Z`);
    const placed = { ...entry, revision: index === 3 ? 1 : 0, recordedAt, ...(sealed ? { keyId: sealed.id } : {}) };
    return { ...placed, position: index + 1, storedHash: storedHash(placed) };
  });
}

/** Whatever an entry holds comes back as it was given. */
export function storedCases(ledger: () => Ledger, fixture: () => LedgerFixture): void {
  const roundTrip = async (entry: NewEntry): Promise<void> => {
    const { position } = await tell(ledger(), entry);
    const { key, ...kept } = entry;
    const stored = (await ledger().at(position))!;
    expect(stored).toMatchObject(kept);
    expect(stored.keyId).toBe(key?.id);
    expect(storedHash(stored)).toEqual(stored.storedHash);
  };

  const head = async (): Promise<number> => {
    await fixture().settled();
    return ledger().head();
  };

  it('given every field, when read back, then each is as it was given', () =>
    roundTrip(
      received('e1', { causationId: 'cause-1', key: { id: randomUUID(), wrapped: Buffer.from([0, 1, 255]) } }),
    ));

  it('given no optional field, no subject and no attribute, when read back, then none appears', async () => {
    await roundTrip(received('e1', { subjects: [], attributes: {} }));
    const stored = (await ledger().at(1))!;
    expect(stored).toMatchObject({ subjects: [], attributes: {} });
    expect(Object.keys(stored)).not.toContain('keyId');
    expect(Object.keys(stored)).not.toContain('causationId');
  });

  it.each([
    ['an empty body', ''],
    ['white space and a member twice, verbatim', '{ "a" : 1,\n\t"a":1.50, "b":1e3 }\r\n'],
    ['escapes as they came', '{"a":"\\u0000\\ud800\\/\\\\ \\"\'"}'],
    ['letters of other scripts and emoji', '{"name":"Ğüney 東京 𝒳 👩‍👩‍👧 e\u0301"}'],
    ['what SQL would take for syntax', "'; drop table x; -- $1 {} \\x00 \\N"],
    ['not JSON at all', 'a=b&c=%00'],
  ])('given %s, when read back, then it is byte for byte the same', (_name, body) =>
    roundTrip(received('e1', { body })),
  );

  it('given odd text in every other field, when read back, then it is the same', () =>
    roundTrip(
      received('e\'1\\{}",', {
        origin: 'stripe',
        account: 'Ünïcode "quoted"',
        correlationId: '\t, {"a"} \\',
        actor: '名前',
        subjects: ['', 'a,b', '{"x"}', 'NULL', 'a"b\\c', 'é'],
        attributes: { zeta: '1', alpha: '"2"\\', 'naïve key': '東京', '10': 'x', '9': 'y', toString: 'z' },
      }),
    ));

  it('given entries of another ledger, when taken over, some of them twice, then each is as it was there, and others follow', async () => {
    const theirs = ofAnotherLedger();
    const keys = theirs.flatMap(({ keyId }) => (keyId ? [{ id: keyId, wrapped: Buffer.alloc(61, 7) }] : []));
    await ledger().takeOver(theirs.slice(0, 3), keys);
    await ledger().takeOver(theirs, keys);
    expect((await ledger().readFeed(0, 10)).entries).toEqual(theirs);
    const { rows } = await fixture().database.pool.query<{ id: string }>('select id from ledger.vault_keys');
    expect(rows.map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
    expect((await tell(ledger(), received('e1'))).position).toBe(1);
    const behind = await fixture().open({ clock: () => new Date('2026-02-01T00:00:00Z') });
    expect(await tell(behind, received('ours'))).toMatchObject({ outcome: 'recorded', position: 6 });
    await behind.close();
    expect((await ledger().at(6))!.recordedAt).toEqual(theirs.at(-1)!.recordedAt); // time does not go back
  });

  it('given an entry of another ledger whose id is known with other content, when taken over, then it is refused', async () => {
    await tell(ledger(), received('e1', { body: 'ours' }));
    const theirs = { ...ofAnotherLedger()[0]!, position: 2 };
    await expect(ledger().takeOver([theirs], [])).rejects.toThrow();
    expect(await head()).toBe(1);
  });

  it.each([
    '0001-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '2026-03-29T01:30:00.001Z',
    '9999-12-31T23:59:59.999Z',
  ])('given an event of %s, when read back, then its time is exact to the millisecond', (time) =>
    roundTrip(received('e1', { occurredAt: new Date(time) })),
  );

  it('given an entry of exactly the largest size, when recorded, then it is kept; with one byte more it is too large', async () => {
    const rest = storedBytes(received('e1', { body: 'x'.repeat(900_000) })) - 900_000;
    const largest = received('e1', { body: 'x'.repeat(STORED_BYTES_MAX - rest) });
    expect(storedBytes(largest)).toBe(STORED_BYTES_MAX);
    await roundTrip(largest);
    const larger = received('e2', { body: `${largest.body}x` });
    await expect(ledger().record(larger)).rejects.toMatchObject({ code: 'too_large' });
    const wide = received('e3', { body: '€'.repeat(STORED_BYTES_MAX / 2) });
    await expect(ledger().record(wide)).rejects.toMatchObject({ code: 'too_large' });
    expect(await head()).toBe(1);
  });
}

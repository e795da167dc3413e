import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Problem } from '../../src/kernel/errors.js';
import type { Ledger, NewEntry } from '../../src/ledger/ledger.js';
import { STORED_BYTES_MAX, storedBytes, storedHash } from '../../src/ledger/stored-hash.js';
import { received, times, type LedgerFixture } from './ledger-entries.js';

/** Received events: durable once, whatever their content and however often they come. */
export function recordCases(ledger: () => Ledger, fixture: () => LedgerFixture): void {
  const roundTrip = async (entry: NewEntry): Promise<void> => {
    const { position } = await ledger().record(entry);
    const { key, ...kept } = entry;
    const stored = (await ledger().at(position))!;
    expect(stored).toMatchObject(kept);
    expect(stored.keyId).toBe(key?.id);
    expect(storedHash(stored)).toEqual(stored.storedHash);
  };

  it('given an empty ledger, when the first event is recorded, then it has position 1 and revision 0', async () => {
    expect(await ledger().record(received('e1'))).toEqual({ outcome: 'recorded', position: 1 });
    expect(await ledger().at(1)).toMatchObject({ revision: 0, originEventId: 'e1' });
  });

  it('given recorded events, when more follow, then positions are dense and in the order of the calls', async () => {
    const outcomes = await Promise.all(times(50, (index) => ledger().record(received(`e${index}`))));
    expect(outcomes.map((outcome) => outcome.position)).toEqual(times(50, (index) => index + 1));
  });

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

  it.each([
    '0001-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '2026-03-29T01:30:00.001Z',
    '9999-12-31T23:59:59.999Z',
  ])('given an event of %s, when read back, then its time is exact to the millisecond', (time) =>
    roundTrip(received('e1', { occurredAt: new Date(time) })),
  );

  it.each([
    ['a time that is none', { occurredAt: new Date(Number.NaN) }],
    ['a time before the year 1', { occurredAt: new Date(-1e14) }],
    ['U+0000', { account: 'a\0b' }],
    ['half a surrogate pair', { attributes: { x: '\ud800' } }],
    ['a type with spaces', { type: 'a b' }],
  ])('given %s, when recorded, then it is refused and nothing is written', async (_name, changes) => {
    await expect(ledger().record(received('e1', changes))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await ledger().head()).toBe(0);
  });

  it('given a bad neighbour in the same batch, when recorded together, then only the bad one is refused', async () => {
    const settled = await Promise.allSettled(
      times(20, (index) => ledger().record(received(`e${index}`, index === 7 ? { account: '\0' } : {}))),
    );
    expect(settled.filter((one) => one.status === 'rejected')).toHaveLength(1);
    expect(await ledger().head()).toBe(19);
  });

  it('given the same event again, when recorded, then it is a duplicate of the first and nothing is written', async () => {
    await ledger().record(received('e1'));
    await ledger().record(received('e2'));
    expect(await ledger().record(received('e1', { correlationId: 'another' }))).toEqual({
      outcome: 'duplicate',
      position: 1,
    });
    expect(await ledger().head()).toBe(2);
  });

  it('given the same id with other content, when recorded, then it is a conflict with the first, which stays', async () => {
    await ledger().record(received('e1', { body: 'first' }));
    expect(await ledger().record(received('e1', { body: 'second' }))).toEqual({ outcome: 'conflict', position: 1 });
    expect((await ledger().at(1))!.body).toBe('first');
    expect(await ledger().head()).toBe(1);
  });

  it('given the same id in another API version, when recorded, then it is a duplicate whatever its content', async () => {
    await ledger().record(received('e1', { body: 'first' }));
    const other = received('e1', { body: 'second', attributes: { api_version: '2020-01-01' } });
    expect(await ledger().record(other)).toEqual({ outcome: 'duplicate', position: 1 });
  });

  it('given a hundred copies at once, when recorded, then one is written and all name its position', async () => {
    const outcomes = await Promise.all(times(100, () => ledger().record(received('e1'))));
    expect(new Set(outcomes.map((outcome) => outcome.position))).toEqual(new Set([1]));
    expect(outcomes.filter((outcome) => outcome.outcome === 'recorded')).toHaveLength(1);
    expect(await ledger().head()).toBe(1);
  });

  it('given copies through two processes at once, when recorded, then each event is written once', async () => {
    const other = await fixture().open();
    const both = times(100, (index) => [ledger(), other].map((one) => one.record(received(`e${index}`))));
    const outcomes = await Promise.all(both.flat());
    await other.close();
    expect(outcomes.filter((outcome) => outcome.outcome === 'recorded')).toHaveLength(100);
    expect(await ledger().head()).toBe(100);
  });

  it('given conflicting copies at once, when recorded, then one is kept and the others are conflicts with it', async () => {
    const outcomes = await Promise.all(
      times(10, (index) => ledger().record(received('e1', { body: `copy ${index}` }))),
    );
    expect(outcomes.filter((outcome) => outcome.outcome === 'recorded')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.outcome === 'conflict')).toHaveLength(9);
  });

  it('given a known event, when the ledger is opened again, then it is still known', async () => {
    await ledger().record(received('e1'));
    const again = await fixture().open();
    expect(await again.record(received('e1'))).toEqual({ outcome: 'duplicate', position: 1 });
    await again.close();
  });

  it('given an entry of exactly the largest size, when recorded, then it is kept; with one byte more it is too large', async () => {
    const rest = storedBytes(received('e1', { body: 'x'.repeat(900_000) })) - 900_000;
    const largest = received('e1', { body: 'x'.repeat(STORED_BYTES_MAX - rest) });
    expect(storedBytes(largest)).toBe(STORED_BYTES_MAX);
    await roundTrip(largest);
    const larger = received('e2', { body: `${largest.body}x` });
    await expect(ledger().record(larger)).rejects.toMatchObject({ code: 'too_large' });
    const wide = received('e3', { body: '€'.repeat(STORED_BYTES_MAX / 2) });
    await expect(ledger().record(wide)).rejects.toMatchObject({ code: 'too_large' });
    expect(await ledger().head()).toBe(1);
  });

  it('given a clock that goes back, when events are recorded, then recordedAt does not', async () => {
    const readings = ['2026-05-01T00:00:00.005Z', '2026-05-01T00:00:00.001Z', '2026-05-01T00:00:00.009Z'];
    for (const [index, reading] of readings.entries()) {
      const one = await fixture().open({ clock: () => new Date(reading) });
      await one.record(received(`e${index}`));
      await one.close();
    }
    const { entries } = await ledger().readFeed(0, 10);
    expect(entries.map((entry) => entry.recordedAt.toISOString().slice(-4))).toEqual(['005Z', '005Z', '009Z']);
    for (const entry of entries) expect(storedHash(entry)).toEqual(entry.storedHash);
  });

  it('given a full queue, when one more comes, then it is unavailable for a second and the waiting ones are kept', async () => {
    const small = await fixture().open({ limits: { waitingMax: 5 } });
    const settled = await Promise.allSettled(times(8, (index) => small.record(received(`e${index}`))));
    await small.close();
    const refusals = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Problem] : []));
    expect(refusals.map((problem) => [problem.code, problem.extra.retryAfterS])).toEqual(
      times(3, () => ['unavailable', 1]),
    );
    expect(await ledger().head()).toBe(5);
  });

  it('given waiting appends, when the ledger is closed, then they are kept and later ones are unavailable', async () => {
    const one = await fixture().open();
    const waiting = times(20, (index) => one.record(received(`e${index}`)));
    expect(one.queue().waiting).toBe(20);
    await one.close();
    expect((await Promise.all(waiting)).at(-1)).toEqual({ outcome: 'recorded', position: 20 });
    await expect(one.record(received('late'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(one.queue().waiting).toBe(0);
  });

  it('given an id that is none or a stream of another name, when recorded, then it is a mistake of the caller', async () => {
    await expect(ledger().record({ ...received('e1'), id: "x'; --", stream: "a-x'; --" })).rejects.toThrow(
      'not the id',
    );
    await expect(ledger().record({ ...received('e1'), stream: 'elsewhere-1' })).rejects.toThrow('stream of its own');
  });
}

import { expect, it } from '@jest/globals';
import { Problem } from '../../src/kernel/errors.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { storedHash } from '../../src/ledger/stored-hash.js';
import { received, tell, times, type LedgerFixture } from './ledger-entries.js';

/** Received events: durable once, whatever their content and however often they come. */
export function recordCases(ledger: () => Ledger, fixture: () => LedgerFixture): void {
  const head = async (): Promise<number> => {
    await fixture().settled();
    return ledger().head();
  };

  it('given an empty ledger, when the first event is recorded, then it has position 1 and revision 0', async () => {
    expect(await tell(ledger(), received('e1'))).toEqual({ outcome: 'recorded', position: 1 });
    expect(await ledger().at(1)).toMatchObject({ revision: 0, originEventId: 'e1' });
  });

  it('given recorded events, when more follow, then positions are dense and in their order', async () => {
    const told = [];
    for (const index of times(10, (one) => one)) told.push(await tell(ledger(), received(`e${index}`)));
    expect(told.map(({ position }) => position)).toEqual(times(10, (index) => index + 1));
  });

  it('given many events at once, then their positions are dense', async () => {
    const told = await Promise.all(times(50, (index) => tell(ledger(), received(`e${index}`))));
    expect(told.map(({ position }) => position).sort((a, b) => a - b)).toEqual(times(50, (index) => index + 1));
  });

  it.each([
    ['a time that is none', { occurredAt: new Date(Number.NaN) }],
    ['a time before the year 1', { occurredAt: new Date(-1e14) }],
    ['U+0000', { account: 'a\0b' }],
    ['half a surrogate pair', { attributes: { x: '\ud800' } }],
    ['a type with spaces', { type: 'a b' }],
  ])('given %s, when recorded, then it is refused and nothing is written', async (_name, changes) => {
    await expect(ledger().record(received('e1', changes))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await head()).toBe(0);
  });

  it('given a bad neighbour in the same batch, when recorded together, then only the bad one is refused', async () => {
    const settled = await Promise.allSettled(
      times(20, (index) => ledger().record(received(`e${index}`, index === 7 ? { account: '\0' } : {}))),
    );
    expect(settled.filter((one) => one.status === 'rejected')).toHaveLength(1);
    expect(await head()).toBe(19);
  });

  it('given the same event again, when recorded, then it is a duplicate of the first and nothing is written', async () => {
    await ledger().record(received('e1'));
    await ledger().record(received('e2'));
    expect(await tell(ledger(), received('e1', { correlationId: 'another' }))).toEqual({
      outcome: 'duplicate',
      position: 1,
    });
    expect(await head()).toBe(2);
  });

  it('given the same id with other content, when recorded, then it is a conflict with the first, which stays', async () => {
    await ledger().record(received('e1', { body: 'first' }));
    expect(await tell(ledger(), received('e1', { body: 'second' }))).toEqual({ outcome: 'conflict', position: 1 });
    expect((await ledger().at(1))!.body).toBe('first');
    expect(await head()).toBe(1);
  });

  it('given the same id in another API version, when recorded, then it is a duplicate whatever its content', async () => {
    await ledger().record(received('e1', { body: 'first' }));
    const other = received('e1', { body: 'second', attributes: { api_version: '2020-01-01' } });
    expect(await tell(ledger(), other)).toEqual({ outcome: 'duplicate', position: 1 });
  });

  it('given a hundred copies at once, when recorded, then one is written and all name its position', async () => {
    const outcomes = await Promise.all(times(100, () => tell(ledger(), received('e1'))));
    expect(new Set(outcomes.map((outcome) => outcome.position))).toEqual(new Set([1]));
    expect(outcomes.filter((outcome) => outcome.outcome === 'recorded')).toHaveLength(1);
    expect(await head()).toBe(1);
  });

  it('given copies through two processes at once, when recorded, then each event is written once', async () => {
    const other = await fixture().open();
    const both = times(100, (index) => [ledger(), other].map((one) => one.record(received(`e${index}`))));
    const outcomes = await Promise.all(both.flat());
    await other.close();
    const recorded = outcomes.filter(({ outcome }) => outcome === 'recorded').length;
    if (fixture().exactBetweenProcesses) expect(recorded).toBe(100);
    else expect(recorded).toBeGreaterThanOrEqual(100);
    expect(outcomes.filter(({ outcome }) => outcome === 'conflict')).toEqual([]);
    expect(await head()).toBe(100);
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
    expect(await tell(again, received('e1'))).toEqual({ outcome: 'duplicate', position: 1 });
    await again.close();
  });

  it('given a clock that goes back, when events are recorded, then recordedAt does not', async () => {
    const readings = ['2026-05-01T00:00:00.005Z', '2026-05-01T00:00:00.001Z', '2026-05-01T00:00:00.009Z'];
    for (const [index, reading] of readings.entries()) {
      const one = await fixture().open({ clock: () => new Date(reading) });
      await one.record(received(`e${index}`));
      await one.close();
    }
    await fixture().settled();
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
    expect(await head()).toBe(5);
  });

  it('given more bytes than may wait, then the rest is unavailable; and when those are written, then there is room again, every time', async () => {
    const small = await fixture().open({ limits: { waitingBytesMax: 5_000 } });
    for (const round of times(10, (one) => one)) {
      const body = String(round).padEnd(1_000);
      const settled = await Promise.allSettled(
        times(3, (index) => small.record(received(`e${round}-${index}`, { body }))),
      );
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    }
    await small.close();
    expect(await head()).toBe(20);
  });

  it('given waiting appends, when the ledger is closed, then they are kept and later ones are unavailable', async () => {
    const one = await fixture().open();
    const waiting = times(20, (index) => one.record(received(`e${index}`)));
    expect(one.queue().waiting).toBe(20);
    await one.close();
    expect((await Promise.all(waiting)).map(({ outcome }) => outcome)).toEqual(times(20, () => 'recorded'));
    expect(await head()).toBe(20);
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

import { describe, expect, it } from '@jest/globals';
import { createVerification, type VerificationDeps } from '../../../src/close/verification.js';
import type { ClosesVerified } from '../../../src/close/period/verify-closes.js';
import type { Entry, Ledger, NewEntry } from '../../../src/ledger/ledger.js';

type OnProgress = (done: number, total: number) => void;
interface Given {
  seal?: unknown;
  model?: unknown;
  isCurrent?: boolean;
  closes?: ClosesVerified | Error;
}

const untouched = { ok: true, entries: 9, sealed: 8, checkpoints: 2, witnessed: 2, root: 'ab', findings: [], count: 0 };
const edited = Array.from({ length: 25 }, (_, at) => ({ verdict: 'edit', position: at + 1, detail: 'changed' }));
const sameModel = { ok: true, position: 9, stateHash: 's', rebuiltStateHash: 's', findings: [], counts: {} };

const asWritten: ClosesVerified = { counts: {}, findings: [] };

function given({ seal = untouched, model = sameModel, isCurrent = true, closes = asWritten }: Given = {}) {
  const entries: Entry[] = [];
  const ledger = {
    at: (position: number) =>
      Promise.resolve(position === 1 ? { recordedAt: new Date('2026-01-01T00:00:00Z') } : undefined),
    readStream: (stream: string) => Promise.resolve(entries.filter((entry) => entry.stream === stream)),
    append: (_stream: string, _expected: unknown, added: readonly NewEntry[]) => {
      for (const each of added)
        entries.push({ ...each, position: entries.length + 10, recordedAt: each.occurredAt } as never);
      return Promise.resolve({ revision: 0, position: entries.length + 9 });
    },
  } as unknown as Ledger;
  const clock = { now: new Date('2026-10-31T04:15:00.000Z') };
  const both = (result: unknown) => (told?: OnProgress) => {
    for (const done of [0, 1, 1, 2]) told?.(done, 2);
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  };
  const verification = createVerification({
    ledger,
    seal: { verify: both(seal) } as VerificationDeps['seal'],
    projections: {
      verify: both(model),
      isCurrent: () => Promise.resolve(isCurrent),
    } as VerificationDeps['projections'],
    closes: { verify: () => (closes instanceof Error ? Promise.reject(closes) : Promise.resolve(closes)) },
    clock: () => clock.now,
    contentMac: () => Buffer.alloc(32),
  });
  return { verification, entries, clock };
}
const asker = { actor: 'key:7', correlationId: 'c1' };

describe('verifying everything', () => {
  it('given nothing is wrong, then the verdict is in the ledger, with who asked and what was compared', async () => {
    const { verification, entries } = given();
    const verified = await verification.run(asker);
    expect(verified).toMatchObject({ ok: true, position: 10, actor: 'key:7', ledger: untouched });
    expect(verified.model).toEqual({
      ...{ ok: true, position: 9, state_hash: 's', rebuilt_state_hash: 's', differences: {} },
    });
    expect(entries).toMatchObject([{ stream: 'verification-2026-10', type: 'LedgerVerified', actor: 'key:7' }]);
    expect(await verification.recent()).toEqual([verified]);
  });

  it('given changed entries and rows, then the first findings are kept with how many there are, and differences by kind', async () => {
    const row = { kind: 'daily_total', detail: 'a row of the model, which is not told' };
    const { verification } = given({
      seal: { ...untouched, ok: false, findings: edited, count: 2_000 },
      model: { ...sameModel, ok: false, findings: [row], counts: { daily_total: 4_000, payments: 1 } },
    });
    const { ok, ledger, model } = await verification.run(asker);
    expect([ok, ledger.ok, ledger.count, ledger.findings]).toEqual([false, false, 2_000, edited.slice(0, 20)]);
    expect(model).toMatchObject({ ok: false, differences: { daily_total: 4_000, payments: 1 } });
  });

  it.each([
    [{ ...untouched, ok: false }, sameModel],
    [untouched, { ...sameModel, ok: false }],
  ])('given one half is wrong, then the whole is', async (seal, model) => {
    expect(await given({ seal, model }).verification.run(asker)).toMatchObject({ ok: false });
  });

  it('given rows of closes that somebody changed beside the ledger, then the whole is wrong, they are counted, and the first findings say of which closes', async () => {
    const findings = Array.from({ length: 25 }, (_, at) => ({ kind: 'closed_rows', detail: `of close ${at}` }));
    const row = { kind: 'daily_total', detail: 'a row of the model, which is not told' };
    const model = { ...sameModel, ok: false, findings: [row], counts: { daily_total: 1 } };
    const { verification } = given({ model, closes: { counts: { closed_rows: 50 }, findings } });
    const verified = await verification.run(asker);
    expect([verified.ok, verified.model.ok]).toEqual([false, false]);
    expect(verified.model.differences).toEqual({ daily_total: 1, closed_rows: 50 });
    expect(verified.model.findings).toEqual(findings.slice(0, 20));
    expect(await verification.recent()).toEqual([verified]);
  });

  it.each([untouched, { ...untouched, ok: false, findings: edited.slice(0, 1), count: 1 }])(
    'given closes that cannot be compared, then that is told, and what the model gave is not lost, whether the ledger is whole or not',
    async (seal) => {
      const { verification } = given({ seal, closes: new Error('permission denied') });
      const { ok, model } = await verification.run(asker);
      expect([ok, model.ok, model.position, model.state_hash]).toEqual([false, false, 9, 's']);
      expect(model.differences).toEqual({ closes_not_compared: 1 });
      expect(model.findings).toEqual([
        { kind: 'closes_not_compared', detail: expect.stringContaining('permission denied') },
      ]);
    },
  );

  it('given a ledger so changed that nothing can be derived from it, then what was found is recorded all the same', async () => {
    const seal = { ...untouched, ok: false, findings: edited.slice(0, 1), count: 1 };
    const { verification, entries } = given({ seal, model: new Error('Invalid time value') });
    const { ok, ledger, model } = await verification.run(asker);
    expect([ok, ledger.count, model.ok, model.differences]).toEqual([false, 1, false, { not_derivable: 1 }]);
    expect(entries).toHaveLength(1);
    await expect(given({ model: new Error('no connection') }).verification.run(asker)).rejects.toThrow('no connection');
  });

  it('given a new month, then what was found in the one before is still told, after what is newer', async () => {
    const { verification, clock } = given();
    const times = ['2026-09-30T04:15:00.000Z', '2026-10-31T04:15:00.000Z', '2026-11-01T04:15:00.000Z'];
    for (const time of times) {
      clock.now = new Date(time);
      await verification.run(asker);
    }
    expect((await verification.recent()).map((each) => each.finished_at)).toEqual([times[2], times[1]]);
  });

  it('given none for two days, then it is overdue, also when the last is of an earlier month or there never was one', async () => {
    const { verification, clock } = given({ seal: { ...untouched, ok: false } });
    expect(await verification.standing()).toEqual({ last: undefined, overdue: true });
    clock.now = new Date('2026-03-30T04:15:00.000Z');
    const bad = await verification.run(asker);
    clock.now = new Date('2026-04-01T04:15:00.000Z');
    expect(await verification.standing()).toEqual({ last: bad, overdue: false });
    clock.now = new Date('2026-04-01T04:15:00.001Z');
    expect(await verification.standing()).toEqual({ last: bad, overdue: true });
    clock.now = new Date('2026-12-01T00:00:00.000Z'); // long after, it is still what is known
    expect(await verification.standing()).toEqual({ last: bad, overdue: true });
  });

  it('given a read model of another version, then nothing is done and nothing recorded', async () => {
    const { verification, entries } = given({ isCurrent: false, seal: new Error('never asked') });
    await expect(verification.run(asker)).rejects.toMatchObject({ code: 'unavailable' });
    expect(entries).toEqual([]);
  });

  it('tells how far it is, each percent once and in order', async () => {
    const told: number[] = [];
    await given().verification.run(asker, (done) => Promise.resolve(void told.push(done)));
    expect(told).toEqual([25, 50, 75, 100]);
  });

  it('given it is cancelled in the first half, then the second does not begin and nothing is recorded', async () => {
    const { verification, entries } = given({ model: new Error('never reached') });
    const stopped = verification.run(asker, () => Promise.reject(new Error('cancelled')));
    await expect(stopped).rejects.toThrow('cancelled');
    expect(entries).toEqual([]);
  });
});

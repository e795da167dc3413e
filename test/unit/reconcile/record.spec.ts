import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../../src/reconcile/compare/outcome.js';
import { decideReconciled } from '../../../src/reconcile/store/record.js';

const outcome = (given: Partial<Outcome> = {}): Outcome => ({
  day: '2026-10-03',
  source: 'collector',
  metric: 'signups',
  status: 'ok',
  rows: [],
  ids: new Map(),
  digest: 'd1',
  modelPosition: 10,
  fetchedAt: new Date('2026-10-04T02:15:00Z'),
  readAt: new Date('2026-10-04T02:15:00Z'),
  ...given,
});

describe('deciding what to record', () => {
  const first = decideReconciled(undefined, outcome(), 'run-1')!;

  it('given nothing, when a day was compared, then it is recorded', () =>
    expect(first).toMatchObject({
      day: '2026-10-03',
      digest: 'd1',
      model_position: 10,
      run_id: 'run-1',
      status: 'ok',
    }));

  it('given the same content, when it is compared again, then nothing is recorded', () =>
    expect(
      decideReconciled(first, outcome({ modelPosition: 99, fetchedAt: new Date('2026-10-05') }), 'run-2'),
    ).toBeUndefined());

  it('given other content of a later position, then it is recorded', () =>
    expect(decideReconciled(first, outcome({ digest: 'd2', modelPosition: 11 }), 'run-2')).toMatchObject({
      digest: 'd2',
    }));

  it('given a run that stalled, when it wakes up after a newer one, then it records nothing', () => {
    expect(decideReconciled(first, outcome({ digest: 'd2', modelPosition: 9 }), 'run-0')).toBeUndefined();
    expect(
      decideReconciled(first, outcome({ digest: 'd2', fetchedAt: new Date('2026-10-04T02:14:59Z') }), 'run-0'),
    ).toBeUndefined();
  });

  it.each(['failed', 'not_mapped', 'provisional'] as const)('given a status of %s, then it is recorded too', (status) =>
    expect(decideReconciled(undefined, outcome({ status }), 'run-1')).toMatchObject({ status }),
  );
});

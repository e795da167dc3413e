import { describe, expect, it } from '@jest/globals';
import {
  decideApprove,
  decideClose,
  decidePropose,
  decideReopen,
  decideReopenWith,
  decideSoftClose,
  decideWaive,
  period,
  type PeriodEvent,
  type PeriodState,
  type Person,
  type Proposal,
} from '../../../src/close/period.js';

const alice: Person = { by: 'key:alice', person: 'A' };
const aliceAgain: Person = { by: 'key:laptop', person: 'A' };
const bob: Person = { by: 'key:bob', person: 'B' };
const DIGEST = 'd'.repeat(64);

const proposal: Omit<Proposal, 'version'> = {
  ...{ period: '2026-10', from: '2026-10-01', to: '2026-10-31', up_to: 70, digest: DIGEST, model_version: 'UTC 1' },
  ...{ force: null, blockers: [], ...alice },
};
const contents = { contents: { stream: 'closing-1', entries: 3 }, force: null, blockers: [] };

/** The state after decisions, each made on the state of those before. */
const after = (...steps: ((state: PeriodState) => readonly PeriodEvent[] | { refused: string })[]): PeriodState =>
  steps.reduce((state, decide) => {
    const decided = decide(state);
    if ('refused' in decided) throw new Error(decided.refused);
    return decided.reduce((folded, event) => period.evolve(folded, event), state);
  }, period.initial);

const proposed = (state: PeriodState) => decidePropose(state, proposal);
const approved = (state: PeriodState) => decideApprove(state, DIGEST, bob);
const closed = (state: PeriodState) => decideClose(state, { ...proposal, version: state.version + 1 }, contents, alice);
const asked = (state: PeriodState) => decideReopen(state, 'a refund', alice);
const reopened = (state: PeriodState) => decideReopen(state, undefined, bob);
const refusal = (reason: string, detail?: unknown) => ({ refused: reason, detail: detail ?? expect.any(String) });

describe('closing', () => {
  it('given nothing, when proposed, then the first version is', () => {
    expect(proposed(period.initial)).toEqual([{ type: 'CloseProposed', data: { ...proposal, version: 1 } }]);
  });

  it('given a proposal, when its proposer approves it, with whatever key, then a second person is asked for', () => {
    for (const who of [alice, aliceAgain])
      expect(decideApprove(after(proposed), DIGEST, who)).toEqual(refusal('second_person'));
  });

  it('given a proposal, when another digest is approved, then it is refused and names the one proposed', () => {
    expect(decideApprove(after(proposed), 'e'.repeat(64), bob)).toEqual(
      refusal('state', expect.stringContaining(DIGEST)),
    );
    expect(decideApprove(period.initial, DIGEST, bob)).toEqual(refusal('state'));
  });

  it('given an approval, when something else is proposed, then that has to be approved anew', () => {
    const state = after(proposed, approved, (now) => decidePropose(now, { ...proposal, digest: 'f'.repeat(64) }));
    expect([state.stage, state.approval]).toEqual(['proposed', undefined]);
    expect(closed(state)).toEqual(refusal('state'));
    expect(approved(state)).toEqual(refusal('state'));
  });

  it('given no approval, when closed, then it is refused', () => {
    for (const state of [period.initial, after(proposed)]) expect(closed(state)).toEqual(refusal('state'));
  });

  it('given an approval, when closed, then who proposed, approved and closed stands in it', () => {
    const [event] = closed(after(proposed, approved)) as PeriodEvent[];
    expect(event).toEqual({
      type: 'PeriodClosed',
      data: {
        ...proposal,
        ...contents,
        ...alice,
        version: 1,
        proposed_by: 'key:alice',
        approved_by: 'key:bob',
        waivers: [],
      },
    });
  });

  it('given that two people approved something else since its contents were written, when closed, then it is refused', () => {
    for (const other of [{ digest: 'f'.repeat(64) }, { up_to: 71 }, { force: 'the board meets', version: 1 }]) {
      const written = { ...proposal, version: 1, ...other };
      expect(decideClose(after(proposed, approved), written, contents, alice)).toEqual(
        refusal('state', expect.stringMatching(/approved meanwhile/)),
      );
    }
  });

  it('given a close, when anything but a reopening is asked, then it is refused', () => {
    const state = after(proposed, approved, closed);
    for (const decide of [proposed, approved, closed]) expect(decide(state)).toEqual(refusal('state'));
    const waiver = { period: '2026-10', provider: 'adyen', reason: 'no report', ...alice };
    expect(decideWaive(state, waiver)).toEqual(refusal('state'));
  });
});

describe('reopening', () => {
  const state = after(proposed, approved, closed);

  it('given no reason, when asked for, then it is refused', () =>
    expect(decideReopen(state, undefined, alice)).toEqual(refusal('state')));

  it('given one person asked, when the same decides, then it is refused; when another does, then it is open, with its version', () => {
    const wanted = after(proposed, approved, closed, asked);
    expect(wanted.stage).toBe('closed');
    expect(decideReopen(wanted, 'a refund', aliceAgain)).toEqual(refusal('second_person'));
    const open = after(proposed, approved, closed, asked, reopened);
    expect(open).toEqual({ stage: 'reopened', version: 1, waivers: [] });
    expect(after(proposed, approved, closed, asked, reopened, proposed).proposal?.version).toBe(2);
  });

  it('given a request of before, when it is closed anew, then two people have to ask again', () => {
    const again = after(proposed, approved, closed, asked, reopened, proposed, approved, closed);
    expect(again.reopenRequest).toBeUndefined();
    expect(reopened(again)).toEqual(refusal('state'));
  });

  it('given an earlier period is reopened, then a closed later one goes with it, in the words of the two, and an open one does not', () => {
    const request = { period: '2026-09', version: 3, reason: 'a refund', ...alice };
    const [event] = decideReopenWith(state, request, bob) as PeriodEvent[];
    expect(event).toMatchObject({
      type: 'PeriodReopened',
      data: {
        period: '2026-10',
        version: 1,
        because_of: '2026-09',
        requested_by: 'key:alice',
        by: 'key:bob',
        reason: 'a refund',
      },
    });
    expect(decideReopenWith(after(proposed), request, bob)).toEqual([]);
  });
});

describe('soft close', () => {
  const found = (detail?: string) => (state: PeriodState) =>
    decideSoftClose(state, {
      ...{ period: '2026-10', position: 9 },
      blockers: detail === undefined ? [] : [{ kind: 'suspense', detail }],
    });

  it('given the same findings, then nothing is said again; given others, then they are', () => {
    expect(found('a')(after(found('a')))).toEqual([]);
    expect(found('b')(after(found('a')))).toHaveLength(1);
    expect(found()(after(found('a')))).toHaveLength(1);
    expect(found()(after(found()))).toEqual([]);
  });

  it('given somebody is closing, or it is closed, then nothing is said', () => {
    for (const state of [after(proposed), after(proposed, approved), after(proposed, approved, closed)])
      expect(found('a')(state)).toEqual([]);
  });
});

describe('what comes between the approval and the close', () => {
  it('given a waiver after the approval, then nobody has approved what it waives, and another approval is needed', () => {
    const waiver = { period: '2026-10', provider: 'adyen', reason: 'no report', ...alice };
    const state = after(proposed, approved, (each) => decideWaive(each, waiver));
    expect([state.stage, state.approval]).toEqual(['proposed', undefined]);
    expect(closed(state)).toEqual(refusal('state'));
    expect(closed(after(proposed, approved, (each) => decideWaive(each, waiver), approved))).toHaveLength(1);
  });
});

describe('a waiver', () => {
  it('given one of a provider, then it stays with the period through a reopening, and is not given twice', () => {
    const waived = (state: PeriodState) =>
      decideWaive(state, { period: '2026-10', provider: 'adyen', reason: 'no report', ...bob });
    expect(waived(after(waived))).toEqual([]);
    const [event] = closed(after(waived, proposed, approved)) as PeriodEvent[];
    const waivers = [{ provider: 'adyen', reason: 'no report', by: 'key:bob' }];
    expect(event).toMatchObject({ type: 'PeriodClosed', data: { waivers } });
    expect(after(waived, proposed, approved, closed, asked, reopened).waivers).toHaveLength(1);
  });
});

import type { Day } from '../kernel/day.js';
import { type Decided, type Folding, refused } from '../ledger/decide-and-append.js';

/** Who decides: the key or account that acts, and a keyed hash of the person's name, equal for all keys of one person. */
export interface Person {
  by: string;
  person: string;
}

/** What kept, or would have kept, a period from being closed, in a sentence. */
export interface BlockerNote {
  kind: string;
  detail: string;
}

/** What is to be closed: the numbers up to a ledger position, named by the digest of all that the close will store. */
export interface Proposal extends Person {
  period: string;
  from: Day;
  to: Day;
  version: number;
  up_to: number;
  digest: string;
  model_version: string;
  /** Why it is closed in spite of `blockers`; null without them. */
  force: string | null;
  blockers: BlockerNote[];
}

export interface Approval extends Person {
  period: string;
  version: number;
  digest: string;
}

/** A close as it was made. Its contents are entries of their own, in the stream that it names. */
export interface Closed extends Proposal {
  contents: { stream: string; entries: number };
  proposed_by: string;
  approved_by: string;
  waivers: { provider: string; reason: string; by: string }[];
  /** The seal over all that it stores, and the position of the entry that has it signed. Earlier closes have none. */
  seal?: { size: number; root: string; position: number };
}

export interface SoftClose {
  period: string;
  position: number;
  blockers: BlockerNote[];
}

export interface Waiver extends Person {
  period: string;
  provider: string;
  reason: string;
}

export interface ReopenRequest extends Person {
  period: string;
  version: number;
  reason: string;
}

export interface Reopened extends ReopenRequest {
  requested_by: string;
  /** The earlier period whose reopening this follows from. */
  because_of: string | null;
}

// The names and the fields of the data are the stored format.
export type PeriodEvent =
  | { type: 'PeriodSoftClosed'; data: SoftClose }
  | { type: 'CloseProposed'; data: Proposal }
  | { type: 'CloseApproved'; data: Approval }
  | { type: 'PeriodClosed'; data: Closed }
  | { type: 'TieOutWaived'; data: Waiver }
  | { type: 'ReopenRequested'; data: ReopenRequest }
  | { type: 'PeriodReopened'; data: Reopened };

export type Stage = 'open' | 'soft_closed' | 'proposed' | 'approved' | 'closed' | 'reopened';

export interface PeriodState {
  stage: Stage;
  /** How often it was closed. */
  version: number;
  softClose?: SoftClose;
  /** While it is proposed, approved or closed. */
  proposal?: Proposal;
  approval?: Approval;
  closed?: Closed;
  /** Asked for by one person; a second one has to. */
  reopenRequest?: ReopenRequest;
  waivers: readonly Waiver[];
}

export const period: Folding<PeriodState, PeriodEvent> = {
  initial: { stage: 'open', version: 0, waivers: [] },
  evolve(state, event) {
    switch (event.type) {
      case 'PeriodSoftClosed':
        return { ...state, stage: 'soft_closed', softClose: event.data };
      case 'CloseProposed':
        return { ...state, stage: 'proposed', proposal: event.data, approval: undefined };
      case 'CloseApproved':
        return { ...state, stage: 'approved', approval: event.data };
      case 'PeriodClosed':
        return { ...state, stage: 'closed', version: event.data.version, closed: event.data };
      case 'TieOutWaived': {
        // Nobody has approved what is waived after the approval.
        const waived = { ...state, waivers: [...state.waivers, event.data] };
        return state.stage === 'approved' ? { ...waived, stage: 'proposed', approval: undefined } : waived;
      }
      case 'ReopenRequested':
        return { ...state, reopenRequest: event.data };
      case 'PeriodReopened':
        return { stage: 'reopened', version: state.version, waivers: state.waivers };
    }
  },
};

type Decision = Decided<PeriodEvent>;

/** Reasons of a refusal: `second_person` has a code of its own, everything else is the state of the period. */
export type Refused = 'second_person' | 'state';
const no = (detail: string, reason: Refused = 'state') => refused(reason, detail);

/** The checks ran. Nothing to say when they found what they found before, or somebody is closing already. */
export function decideSoftClose(state: PeriodState, found: SoftClose): Decision {
  if (!['open', 'soft_closed', 'reopened'].includes(state.stage)) return [];
  const before = state.softClose;
  const same = state.stage === 'soft_closed' && JSON.stringify(before?.blockers) === JSON.stringify(found.blockers);
  return same ? [] : [{ type: 'PeriodSoftClosed', data: found }];
}

/** A later proposal replaces an earlier one, approved or not. */
export function decidePropose(state: PeriodState, proposal: Omit<Proposal, 'version'>): Decision {
  if (state.stage === 'closed') return no(`${proposal.period} is closed; reopen it to close it anew.`);
  return [{ type: 'CloseProposed', data: { ...proposal, version: state.version + 1 } }];
}

/** Says yes to the numbers of one digest. */
export function decideApprove(state: PeriodState, digest: string, who: Person): Decision {
  const { stage, proposal } = state;
  if (proposal === undefined || stage === 'closed') return no('Nothing is proposed.');
  if (proposal.digest !== digest)
    return no(`The digest proposed is ${proposal.digest}: look at these numbers, then approve them.`);
  if (stage === 'approved') return no('It is approved already.');
  if (proposal.person === who.person) return no('Who proposed a close cannot approve it.', 'second_person');
  const { period: id, version } = proposal;
  return [{ type: 'CloseApproved', data: { period: id, version, digest, ...who } }];
}

/** Locks what was proposed and approved. `written`: the proposal whose contents were stored; another one has others. */
export function decideClose(
  state: PeriodState,
  written: Proposal,
  given: Pick<Closed, 'contents' | 'force' | 'blockers' | 'seal'>,
  who: Person,
): Decision {
  const refusal = notClosable(state);
  if (refusal !== undefined) return no(refusal);
  const { proposal, approval, waivers } = state;
  if (JSON.stringify(proposal) !== JSON.stringify(written))
    return no('Another proposal was approved meanwhile: look at its numbers, then close it.');
  const data = {
    ...proposal!,
    ...who,
    ...given,
    proposed_by: proposal!.by,
    approved_by: approval!.by,
    waivers: waivers.map(({ provider, reason, by }) => ({ provider, reason, by })),
  };
  return [{ type: 'PeriodClosed', data }];
}

/** Why a period cannot be closed as it stands; undefined when it can. */
export function notClosable({ stage }: PeriodState): string | undefined {
  if (stage === 'approved') return undefined;
  if (stage === 'closed') return 'It is closed already.';
  return stage === 'proposed' ? 'A second person has to approve the proposal first.' : 'Nothing is proposed.';
}

/** The first call of a person asks for it and says why; that of a second person reopens. */
export function decideReopen(state: PeriodState, reason: string | undefined, who: Person): Decision {
  const { stage, closed, reopenRequest } = state;
  if (stage !== 'closed' || closed === undefined) return no('It is not closed.');
  const { period: id, version } = closed;
  if (reopenRequest === undefined) {
    if (reason === undefined) return no('Say why it is to be reopened.');
    return [{ type: 'ReopenRequested', data: { period: id, version, reason, ...who } }];
  }
  if (reopenRequest.person === who.person)
    return no('Who asked for a period to be reopened cannot decide it.', 'second_person');
  return [reopened(closed, reopenRequest, who, null)];
}

/** A later period goes with an earlier one, in the words of the same two people. */
export function decideReopenWith(state: PeriodState, earlier: ReopenRequest, who: Person): Decision {
  return state.stage === 'closed' ? [reopened(state.closed!, earlier, who, earlier.period)] : [];
}

const reopened = (closed: Closed, request: ReopenRequest, who: Person, because: string | null): PeriodEvent => ({
  type: 'PeriodReopened',
  data: {
    period: closed.period,
    version: closed.version,
    reason: request.reason,
    ...who,
    requested_by: request.by,
    because_of: because,
  },
});

/** Takes the word of a person for the money of a provider that nothing ties out. It stays with the period. */
export function decideWaive(state: PeriodState, waiver: Waiver): Decision {
  if (state.stage === 'closed') return no('It is closed.');
  return state.waivers.some(({ provider }) => provider === waiver.provider)
    ? []
    : [{ type: 'TieOutWaived', data: waiver }];
}

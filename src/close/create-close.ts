import { Problem } from '../kernel/errors.js';
import type { Decided } from '../ledger/decide-and-append.js';
import { allowed, approved, noted } from './period/allowed-blockers.js';
import { closableOf, digestOf } from './period/closable.js';
import { CloseChecks } from './period/close-checks.js';
import type { Acting, CloseDeps } from './close-deps.js';
import { fixCalendar } from './period/fixed-calendar.js';
import { periodAfter } from './fiscal-calendar.js';
import {
  type Closed,
  decideApprove,
  decideClose,
  decidePropose,
  decideReopen,
  decideReopenWith,
  decideSoftClose,
  decideWaive,
  notClosable,
  type PeriodEvent,
  type PeriodState,
} from './period.js';
import { accepted, PeriodDecisions } from './period/period-decisions.js';
import {
  describePeriod,
  journalOf,
  journalPage,
  listPeriods,
  openPeriodAfter,
  statementsOf,
  summaryOf,
} from './period/period-report.js';
import { verifyCloses } from './period/verify-closes.js';
import { writeContents } from './period/write-contents.js';

const SOFT_CLOSED_MAX = 12; // periods of one night

/** A command of a person, or of a job where the name is empty. */
interface Command<Data> {
  id: string;
  data: Data;
  acting: Acting;
}

export type Close = ReturnType<typeof createClose>;

/**
 * Closes periods: proposes the numbers of a ledger position by their digest, has a second person approve them, stores them as entries and
 * locks them; reopens them again. Every method throws Problem `not_found` for a name that the calendar has not, `wrong_state` and
 * `second_person` where the period refuses, `close_blocked` with a sentence for each blocker, and `wrong_expected_revision` when
 * somebody else was first.
 */
export function createClose(deps: CloseDeps) {
  const checks = new CloseChecks(deps);
  const closer = new Closer(deps, checks);
  return {
    list: (query: { limit: number; cursor?: string | undefined }) => listPeriods(deps, query),
    /** Undefined where the calendar has no such period, or it was never closed in that version. */
    detail: (id: string, version?: number) => closer.detail(id, version),
    journal: (id: string, query: { version?: number; limit: number; cursor?: string | undefined }) =>
      journalPage(deps, checks.period(id), query),
    /** The same, streamed whole. */
    lines: (id: string, version?: number) => journalOf(deps, checks.period(id), version),
    /** What ties to that journal: as the close stored it, or as it is known. Undefined where it was never closed in that version. */
    statements: (id: string, version?: number) => statementsOf(deps, checks.period(id), version),
    propose: (id: string, data: { force?: string | undefined }, acting: Acting) => closer.propose({ id, data, acting }),
    approve: (id: string, data: { digest: string }, acting: Acting) => closer.approve({ id, data, acting }),
    close: (id: string, acting: Acting) => closer.close({ id, data: {}, acting }),
    reopen: (id: string, data: { reason?: string | undefined }, acting: Acting) => closer.reopen({ id, data, acting }),
    waive: (id: string, data: { provider: string; reason: string }, acting: Acting) =>
      closer.waive({ id, data, acting }),
    softClose: (id: string, acting: Acting) => closer.softClose({ id, data: {}, acting }),
    lastEnded: () => checks.lastEnded(),
    softCloseEnded: (acting: Acting) => closer.softCloseEnded(acting),
    /** Makes the tables of all closes anew from their entries in the ledger, whose digests are checked. Resolves with how many. */
    rebuild: () => deps.closings.makeAnew(),
    /** Compares those tables with the ledger, row by row. */
    verify: () => verifyCloses(deps),
  };
}

class Closer {
  private readonly decisions: PeriodDecisions;

  constructor(
    private readonly deps: CloseDeps,
    private readonly checks: CloseChecks,
  ) {
    this.decisions = new PeriodDecisions(deps);
  }

  async detail(id: string, version: number | undefined) {
    const period = this.checks.period(id);
    const { state } = await this.decisions.load(id);
    const isSettled = state.stage === 'closed' || version !== undefined;
    const { blockers } = isSettled ? { blockers: [] } : await this.checks.blockers(period, state, { isBrief: true });
    return describePeriod(this.deps, period, { state, blockers, version });
  }

  async propose({ id, data, acting }: Command<{ force?: string | undefined }>) {
    const period = this.checks.period(id);
    const closings = await this.checks.inTurn(period);
    const { state } = await this.decisions.load(id);
    const found = await this.checks.blockers(period, state);
    const blockers = allowed(found.blockers, data.force);
    const { digest } = await digestOf(await closableOf(this.deps, period, closings, found.upTo));
    const proposal = {
      period: id,
      from: period.from,
      to: period.to,
      up_to: found.upTo,
      digest,
      ...this.decisions.person(acting),
      model_version: this.deps.versions.model,
      force: blockers.length > 0 ? data.force! : null,
      blockers,
    };
    return this.decide(id, acting, (now) => decidePropose(now, proposal));
  }

  async approve({ id, data, acting }: Command<{ digest: string }>) {
    this.checks.period(id);
    return this.decide(id, acting, (state) => decideApprove(state, data.digest, this.decisions.person(acting)));
  }

  async close({ id, acting }: Command<object>) {
    const period = this.checks.period(id);
    const closings = await this.checks.inTurn(period);
    const { state } = await this.decisions.load(id);
    const refusal = notClosable(state);
    if (refusal !== undefined) throw new Problem('wrong_state', refusal);
    const proposal = state.proposal!;
    if (proposal.up_to < (closings.at(-1)?.upTo ?? 0))
      throw new Problem('wrong_state', 'An earlier period was closed anew since it was proposed. Propose it again.');
    const blockers = approved((await this.checks.blockers(period, state)).blockers, proposal);
    const closable = () => closableOf(this.deps, period, closings, proposal.up_to);
    const { digest, entries } = await digestOf(await closable());
    if (digest !== proposal.digest)
      throw new Problem(
        'wrong_state',
        `What would be closed now is not what was approved: its digest is ${digest}. Propose it again.`,
      );
    const stream = await writeContents(this.deps, proposal, closable);
    const given = { contents: { stream, entries }, force: proposal.force, blockers };
    // All that is there by now, while nobody has to stand back: within there is only left what comes meanwhile.
    await this.deps.seal.covering(await this.deps.ledger.head(), this.deps.clock);
    return this.decisions.exclusively(async () => {
      const now = await this.checks.inTurn(period);
      if (now.at(-1)?.digest !== closings.at(-1)?.digest) throw new Problem('wrong_expected_revision');
      const closed = { ...given, seal: await this.sealed(id, acting) }; // first: it may refuse, and a fixed calendar stays
      await fixCalendar(this.deps, period, this.decisions.context(acting));
      const who = this.decisions.person(acting);
      return this.settle(id, acting, (last) => decideClose(last, proposal, closed, who));
    });
  }

  /** What the close stores is under a signed root that stands in the ledger before it. */
  private async sealed(id: string, acting: Acting): Promise<Closed['seal']> {
    const entered = await this.deps.seal.enter({ reason: 'close', period: id }, this.decisions.context(acting));
    if (!entered) throw new Problem('wrong_state', 'The ledger is empty.'); // it has the contents
    const { checkpoint, position } = entered;
    return { size: checkpoint.size, root: checkpoint.root, position };
  }

  async reopen({ id, data, acting }: Command<{ reason?: string | undefined }>) {
    const period = this.checks.period(id);
    const who = this.decisions.person(acting);
    return this.decisions.exclusively(async () => {
      const { state } = await this.decisions.load(id);
      const [event] = accepted(decideReopen(state, data.reason, who));
      if (event?.type === 'PeriodReopened') {
        // The last one first: whenever this is cut short, what is closed are the first periods, without a hole.
        const later = await this.deps.closings.inForce({ from: periodAfter(this.deps.calendar, period).from });
        for (const { period: other } of later.reverse())
          await this.settle(other, acting, (last) => decideReopenWith(last, state.reopenRequest!, who));
      }
      return this.settle(id, acting, (last) => decideReopen(last, data.reason, who));
    });
  }

  async waive({ id, data, acting }: Command<{ provider: string; reason: string }>) {
    this.checks.period(id);
    const { provider, reason } = data;
    const waiver = { period: id, provider, reason, ...this.decisions.person(acting) };
    return this.decide(id, acting, (state) => decideWaive(state, waiver));
  }

  async softClose({ id, acting }: Command<object>) {
    const period = this.checks.period(id);
    this.checks.assertEnded(period);
    const { state } = await this.decisions.load(id);
    const { blockers, upTo } = await this.checks.blockers(period, state);
    const found = { period: id, position: upTo, blockers: noted(blockers) };
    return this.decide(id, acting, (now) => decideSoftClose(now, found));
  }

  /** Runs the checks of every period that has ended and is not closed. Their names. */
  async softCloseEnded(acting: Acting): Promise<string[]> {
    const { calendar, clock, zone } = this.deps;
    const running = calendar.periodOf(zone.dayOf(clock().getTime()));
    const ended: string[] = [];
    let next = await openPeriodAfter(this.deps);
    for (; next && next.to < running.from && ended.length < SOFT_CLOSED_MAX; next = periodAfter(calendar, next)) {
      await this.softClose({ id: next.id, data: {}, acting });
      ended.push(next.id);
    }
    return ended;
  }

  private async decide(id: string, acting: Acting, decide: (state: PeriodState) => Decided<PeriodEvent>) {
    return summaryOf(this.checks.period(id), await this.decisions.decide(id, acting, decide));
  }

  /** The same of what the tables of closes have too. */
  private settle(id: string, acting: Acting, decide: (state: PeriodState) => Decided<PeriodEvent>) {
    return this.decisions.settling(id, () => this.decide(id, acting, decide));
  }
}

import { addDays } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import {
  type Appended,
  type Decided,
  decideAndAppend,
  type DecisionContext,
  loadStream,
} from '../ledger/decide-and-append.js';
import type { Position } from '../ledger/ledger.js';
import { type Blocker, blockersOf, type Reach, withoutTieOuts } from './blockers.js';
import { closableOf, digestOf } from './closable.js';
import type { Acting, CloseDeps } from './close-deps.js';
import { type Closing, periodStream } from './closing-store.js';
import { assertCalendar, fixCalendar } from './fixed-calendar.js';
import { periodAfter } from './fiscal-calendar.js';
import {
  type BlockerNote,
  type Closed,
  decideApprove,
  decideClose,
  decidePropose,
  decideReopen,
  decideReopenWith,
  decideSoftClose,
  decideWaive,
  notClosable,
  period as folding,
  type PeriodEvent,
  type PeriodState,
  type Person,
  type Proposal,
  type Refused,
} from './period.js';
import {
  describePeriod,
  journalOf,
  journalPage,
  listPeriods,
  openPeriodAfter,
  statementsOf,
  summaryOf,
} from './period-report.js';
import type { PeriodDays } from './tie-outs.js';
import { writeContents } from './write-contents.js';

const CAUGHT_UP_WITHIN_MS = 20_000;
const LOOKED_AT_WITHIN_MS = 1_000; // for an answer that only shows how far things are
const POLL_MS = 25;
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
  const closer = new Closer(deps);
  return {
    list: (query: { limit: number; cursor?: string | undefined }) => listPeriods(deps, query),
    /** Undefined where the calendar has no such period, or it was never closed in that version. */
    detail: (id: string, version?: number) => closer.detail(id, version),
    journal: (id: string, query: { version?: number; limit: number; cursor?: string | undefined }) =>
      journalPage(deps, closer.period(id), query),
    /** The same, streamed whole. */
    lines: (id: string, version?: number) => journalOf(deps, closer.period(id), version),
    /** What ties to that journal: as the close stored it, or as it is known. Undefined where it was never closed in that version. */
    statements: (id: string, version?: number) => statementsOf(deps, closer.period(id), version),
    propose: (id: string, data: { force?: string | undefined }, acting: Acting) => closer.propose({ id, data, acting }),
    approve: (id: string, data: { digest: string }, acting: Acting) => closer.approve({ id, data, acting }),
    close: (id: string, acting: Acting) => closer.close({ id, data: {}, acting }),
    reopen: (id: string, data: { reason?: string | undefined }, acting: Acting) => closer.reopen({ id, data, acting }),
    waive: (id: string, data: { provider: string; reason: string }, acting: Acting) =>
      closer.waive({ id, data, acting }),
    softClose: (id: string, acting: Acting) => closer.softClose({ id, data: {}, acting }),
    lastEnded: () => closer.lastEnded(),
    softCloseEnded: (acting: Acting) => closer.softCloseEnded(acting),
    /** Makes the tables of all closes anew from their entries in the ledger, whose digests are checked. Resolves with how many. */
    rebuild: () => deps.closings.makeAnew(),
  };
}

class Closer {
  constructor(private readonly deps: CloseDeps) {}

  period(id: string): PeriodDays {
    const found = this.deps.calendar.find(id);
    if (found) return found;
    const example = this.deps.calendar.name === 'month' ? '2026-10' : '2026-P10';
    throw new Problem('not_found', `There is no period of this name; they are called like ${example}.`);
  }

  async detail(id: string, version: number | undefined) {
    const period = this.period(id);
    const { state } = await this.load(id);
    const settled = state.stage === 'closed' || version !== undefined;
    const blockers = settled ? [] : await this.blockers(period, state, await this.reach(LOOKED_AT_WITHIN_MS));
    return describePeriod(this.deps, period, { state, blockers, version });
  }

  async propose({ id, data, acting }: Command<{ force?: string | undefined }>) {
    const period = this.period(id);
    const closings = await this.inTurn(period);
    const { state } = await this.load(id);
    const reach = await this.reach(CAUGHT_UP_WITHIN_MS);
    const blockers = allowed(await this.blockers(period, state, reach), data.force);
    const upTo = Math.min(reach.model, reach.books);
    const { digest } = await digestOf(await closableOf(this.deps, period, closings, upTo));
    const proposal = {
      ...{ period: id, from: period.from, to: period.to, up_to: upTo, digest, ...this.person(acting) },
      ...{ model_version: this.deps.versions.model, force: blockers.length > 0 ? data.force! : null, blockers },
    };
    return this.decide(id, acting, (now) => decidePropose(now, proposal));
  }

  async approve({ id, data, acting }: Command<{ digest: string }>) {
    this.period(id);
    return this.decide(id, acting, (state) => decideApprove(state, data.digest, this.person(acting)));
  }

  async close({ id, acting }: Command<object>) {
    const period = this.period(id);
    const closings = await this.inTurn(period);
    const { state } = await this.load(id);
    const refusal = notClosable(state);
    if (refusal !== undefined) throw new Problem('wrong_state', refusal);
    const { proposal } = state;
    if (proposal!.up_to < (closings.at(-1)?.upTo ?? 0))
      throw new Problem('wrong_state', 'An earlier period was closed anew since it was proposed. Propose it again.');
    const reach = await this.reach(CAUGHT_UP_WITHIN_MS);
    const blockers = approved(await this.blockers(period, state, reach), proposal!);
    const closable = () => closableOf(this.deps, period, closings, proposal!.up_to);
    const { digest, entries } = await digestOf(await closable());
    if (digest !== proposal!.digest)
      throw new Problem(
        'wrong_state',
        `What would be closed now is not what was approved: its digest is ${digest}. Propose it again.`,
      );
    const stream = await writeContents(this.deps, proposal!, closable);
    const given = { contents: { stream, entries }, force: proposal!.force, blockers };
    return this.exclusively(async () => {
      const now = await this.inTurn(period);
      if (now.at(-1)?.digest !== closings.at(-1)?.digest) throw new Problem('wrong_expected_revision');
      const closed = { ...given, seal: await this.sealed(id, acting) }; // first: it may refuse, and a fixed calendar stays
      await fixCalendar(this.deps, period, this.context(acting));
      return this.settling(id, () => this.decide(id, acting, (last) => decideClose(last, closed, this.person(acting))));
    });
  }

  /** What the close stores is under a signed root that stands in the ledger before it. */
  private async sealed(id: string, acting: Acting): Promise<Closed['seal']> {
    const entered = await this.deps.seal.enter({ reason: 'close', period: id }, this.context(acting));
    if (!entered) throw new Problem('wrong_state', 'The ledger is empty.'); // it has the contents
    const { checkpoint, position } = entered;
    return { size: checkpoint.size, root: checkpoint.root, position };
  }

  async reopen({ id, data, acting }: Command<{ reason?: string | undefined }>) {
    const period = this.period(id);
    const who = this.person(acting);
    return this.exclusively(async () => {
      const { state } = await this.load(id);
      const [event] = accepted(decideReopen(state, data.reason, who));
      if (event?.type === 'PeriodReopened') {
        // The last one first: whenever this is cut short, what is closed are the first periods, without a hole.
        const later = await this.deps.closings.inForce({ from: periodAfter(this.deps.calendar, period).from });
        for (const { period: other } of later.reverse())
          await this.settling(other, () =>
            this.decide(other, acting, (last) => decideReopenWith(last, state.reopenRequest!, who)),
          );
      }
      return this.settling(id, () => this.decide(id, acting, (last) => decideReopen(last, data.reason, who)));
    });
  }

  async waive({ id, data, acting }: Command<{ provider: string; reason: string }>) {
    this.period(id);
    const { provider, reason } = data;
    const waiver = { period: id, provider, reason, ...this.person(acting) };
    return this.decide(id, acting, (state) => decideWaive(state, waiver));
  }

  async softClose({ id, acting }: Command<object>) {
    const period = this.period(id);
    this.assertEnded(period);
    const { state } = await this.load(id);
    const reach = await this.reach(CAUGHT_UP_WITHIN_MS);
    const blockers = noted(await this.blockers(period, state, reach));
    const position = Math.min(reach.model, reach.books);
    return this.decide(id, acting, (now) => decideSoftClose(now, { period: id, position, blockers }));
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

  /** The last period that has ended. */
  lastEnded(): PeriodDays {
    const { calendar, clock, zone } = this.deps;
    return calendar.periodOf(addDays(calendar.periodOf(zone.dayOf(clock().getTime())).from, -1));
  }

  /** The closes before a period. Throws Problem `wrong_state` when it is not the next one to be closed, or has not ended. */
  private async inTurn(period: PeriodDays): Promise<Closing[]> {
    this.assertEnded(period);
    const { calendar, closings } = this.deps;
    const before = await closings.inForce();
    const last = before.at(-1);
    const next = last ? periodAfter(calendar, last) : await assertCalendar(this.deps);
    if (before.some((closing) => closing.period === period.id))
      throw new Problem('wrong_state', 'It is closed already.');
    if (next !== undefined && next.id !== period.id)
      throw new Problem('wrong_state', `Periods are closed in their order: the next one is ${next.id}.`);
    return before;
  }

  private assertEnded({ id, to }: PeriodDays): void {
    const { clock, zone } = this.deps;
    if (zone.dayOf(clock().getTime()) <= to)
      throw new Problem('wrong_state', `${id} has not ended: its last day is ${to}.`);
  }

  private blockers(period: PeriodDays, { waivers }: PeriodState, reach: Reach): Promise<Blocker[]> {
    const { tieOuts = withoutTieOuts(this.deps.books) } = this.deps;
    return blockersOf({ ...this.deps, tieOuts }, period, reach, waivers);
  }

  /** Waits until the model and the books have what the ledger has now, or for so long. */
  private async reach(withinMs: number): Promise<Reach> {
    const head = await this.deps.ledger.head();
    let model = await this.deps.modelPosition();
    for (let waited = 0; model < head && waited < withinMs; waited += POLL_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      model = await this.deps.modelPosition();
    }
    const books = await this.deps.books.catchUp();
    return { head, model, books };
  }

  private load(id: string): Promise<{ state: PeriodState; position: Position }> {
    return loadStream(this.deps.ledger, periodStream(id), folding);
  }

  /** Decides at the revision that is there: whoever was not first hears so, and is not decided for anew. */
  private async decide(id: string, acting: Acting, decide: (state: PeriodState) => Decided<PeriodEvent>) {
    const { ledger } = this.deps;
    const appended = await decideAndAppend(ledger, periodStream(id), folding, decide, this.context(acting), 1);
    return summaryOf(this.period(id), accepted(appended).state);
  }

  /** Announces that a period's stream is about to grow, so that no reader misses what it says should this process die. */
  private async settling<T>(id: string, work: () => Promise<T>): Promise<T> {
    await this.deps.closings.announce(id);
    try {
      return await work();
    } finally {
      await this.deps.closings.settle(id);
    }
  }

  /**
   * One close or reopening at a time, in all processes: their order among periods is no matter of one stream. Nobody waits for another,
   * as who waits holds a connection that the other may need.
   */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.deps.database.transaction(async (client) => {
      const { rows } = await client.query<{ got: boolean }>(
        `select pg_try_advisory_xact_lock(hashtext('truth-ledger close')) as got`,
      );
      if (!rows[0]!.got)
        throw new Problem('wrong_expected_revision', 'Somebody else is closing or reopening a period just now.');
      return work();
    });
  }

  private person({ actor, name }: Acting): Person {
    const hash = this.deps.contentMac({ person: name.trim().toLowerCase() });
    return { by: actor, person: hash.toString('base64url').slice(0, 22) };
  }

  private context({ actor, correlationId }: Acting): DecisionContext {
    const { clock, contentMac } = this.deps;
    return { now: clock(), actor, correlationId, authenticatedBy: authenticatedBy(actor), contentMac };
  }
}

const authenticatedBy = (actor: string): string => (actor.startsWith('key:') ? 'api-key' : 'none');

const noted = (blockers: readonly Blocker[]): BlockerNote[] => blockers.map(({ kind, detail }) => ({ kind, detail }));

/** The same at the close: only what was in the way when it was proposed was approved with it. */
function approved(blockers: readonly Blocker[], { force, blockers: known }: Proposal): BlockerNote[] {
  const kinds = new Set(known.map(({ kind }) => kind));
  return allowed(
    blockers.map((blocker) => ({ ...blocker, forceable: blocker.forceable && kinds.has(blocker.kind) })),
    force ?? undefined,
  );
}

/** The blockers that a reason closes in spite of. Throws Problem `close_blocked` where there are others, or no reason. */
function allowed(blockers: readonly Blocker[], force: string | undefined): BlockerNote[] {
  const inTheWay = force === undefined ? blockers : blockers.filter(({ forceable }) => !forceable);
  if (inTheWay.length === 0) return noted(blockers);
  const errors = inTheWay.map(({ kind, detail, link }) => `${kind}: ${detail} See ${link}`);
  throw new Problem(
    'close_blocked',
    `${errors.length === 1 ? 'One thing is' : `${errors.length} things are`} in the way.`,
    {
      errors,
    },
  );
}

/** What was decided, or the refusal as a Problem. */
function accepted<T extends Appended<PeriodState, PeriodEvent> | readonly PeriodEvent[]>(
  decided: T | { refused: string; detail?: string },
): T {
  if (!('refused' in decided)) return decided;
  const reason = decided.refused as Refused;
  throw new Problem(reason === 'second_person' ? 'second_person' : 'wrong_state', decided.detail);
}

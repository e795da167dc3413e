import { addDays, type Day } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import { type Blocker, blockersOf, type Reach, withoutTieOuts } from './blockers.js';
import type { CloseDeps } from '../close-deps.js';
import type { Closing } from './closing-store.js';
import { assertCalendar } from './fixed-calendar.js';
import { periodAfter } from '../fiscal-calendar.js';
import type { PeriodState } from '../period.js';
import type { PeriodDays } from '../tie-outs.js';

const CAUGHT_UP_WITHIN_MS = 20_000;
const LOOKED_AT_WITHIN_MS = 1_000; // for an answer that only shows how far things are
const POLL_MS = 25;

/** Whether a period can be closed as things stand, and what is in the way. */
export class CloseChecks {
  constructor(private readonly deps: CloseDeps) {}

  /** Throws Problem `not_found` for a name that the calendar has not. */
  period(id: string): PeriodDays {
    const found = this.deps.calendar.find(id);
    if (found) return found;
    const example = this.deps.calendar.name === 'month' ? '2026-10' : '2026-P10';
    throw new Problem('not_found', `There is no period of this name; they are called like ${example}.`);
  }

  /** The last period that has ended. */
  lastEnded(): PeriodDays {
    const { calendar, clock, zone } = this.deps;
    return calendar.periodOf(addDays(calendar.periodOf(zone.dayOf(clock().getTime())).from, -1));
  }

  /** Throws Problem `wrong_state`. */
  assertEnded({ id, to }: PeriodDays): void {
    const { clock, zone } = this.deps;
    if (zone.dayOf(clock().getTime()) <= to)
      throw new Problem('wrong_state', `${id} has not ended: its last day is ${to}.`);
  }

  /** The closes before a period. Throws Problem `wrong_state` when it is not the next one to be closed, or has not ended. */
  async inTurn(period: PeriodDays): Promise<Closing[]> {
    this.assertEnded(period);
    const { calendar, closings } = this.deps;
    const before = await closings.inForce();
    const last = before.at(-1);
    const next = last ? periodAfter(calendar, last) : await assertCalendar(this.deps);
    if (before.some((closing) => closing.period === period.id))
      throw new Problem('wrong_state', 'It is closed already.');
    if (next !== undefined && next.id !== period.id)
      throw new Problem('wrong_state', `Periods are closed in their order: the next one is ${next.id}.`);
    if (next === undefined) await this.assertBegun(period);
    return before;
  }

  /** The first close says for ever which period is the first: with one before everything, each until today would have to be closed. */
  private async assertBegun({ id, to }: PeriodDays): Promise<void> {
    const { books, database } = this.deps;
    const { rows } = await database.pool.query<{ day: Day | null }>('select min(day) as day from model.daily');
    const booked = await books.firstChange(0, Number.MAX_SAFE_INTEGER);
    const [first] = [rows[0]!.day, booked].filter((day) => typeof day === 'string').sort();
    if (first === undefined || first <= to) return;
    const { id: begins } = this.deps.calendar.periodOf(first);
    throw new Problem('wrong_state', `Nothing is known before ${first}: close ${begins} first, and not ${id}.`);
  }

  /** What is in the way, once the model and the books have what the ledger has now; `isBrief`: without waiting for long. */
  async blockers(
    period: PeriodDays,
    { waivers }: PeriodState,
    { isBrief = false } = {},
  ): Promise<{ blockers: Blocker[]; upTo: number }> {
    const reach = await this.reach(isBrief ? LOOKED_AT_WITHIN_MS : CAUGHT_UP_WITHIN_MS);
    const { tieOuts = withoutTieOuts(this.deps.books) } = this.deps;
    const blockers = await blockersOf({ ...this.deps, tieOuts }, period, reach, waivers);
    return { blockers, upTo: Math.min(reach.model, reach.books) };
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
}

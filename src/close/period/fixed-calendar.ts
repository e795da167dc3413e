import { SetupError } from '../../kernel/errors.js';
import { decideAndAppend, type DecisionContext, type Folding, loadStream } from '../../ledger/decide-and-append.js';
import type { Ledger } from '../../ledger/ledger.js';
import { FISCAL_CALENDAR_STREAM as STREAM } from '../../ledger/streams.js';
import type { FiscalCalendar } from '../fiscal-calendar.js';
import type { PeriodDays } from '../tie-outs.js';

/** How days make periods, for ever after the first close, and the first period that was ever closed. */
export interface FixedCalendar {
  calendar: string;
  /** First day of a fiscal year of 4-4-5; null for months. */
  start: string | null;
  time_zone: string;
  first: string;
}

interface Event {
  type: 'FiscalCalendarFixed';
  data: FixedCalendar;
}

const folding: Folding<FixedCalendar | undefined, Event> = { initial: undefined, evolve: (_, { data }) => data };

interface Deps {
  ledger: Ledger;
  calendar: FiscalCalendar;
  zone: { name: string };
}

/** What the ledger says of it; undefined before the first close. */
export const fixedCalendar = async (ledger: Ledger): Promise<FixedCalendar | undefined> =>
  (await loadStream(ledger, STREAM, folding)).state;

/**
 * The first period that was ever closed, or undefined. Throws SetupError when the settings name another calendar than that of the closes.
 */
export async function assertCalendar({
  ledger,
  calendar,
}: Pick<Deps, 'ledger' | 'calendar'>): Promise<PeriodDays | undefined> {
  const fixed = await fixedCalendar(ledger);
  if (fixed === undefined) return undefined;
  const is = [calendar.name, calendar.start].filter(Boolean).join(' from ');
  const was = [fixed.calendar, fixed.start].filter(Boolean).join(' from ');
  if (is !== was)
    throw new SetupError(
      `FISCAL_CALENDAR is ${is}, but periods of this ledger were closed by ${was}: set it back, as closed periods keep their days.`,
    );
  return calendar.find(fixed.first);
}

/** Fixes it at the first close. */
export async function fixCalendar(
  { ledger, calendar, zone }: Deps,
  { id }: PeriodDays,
  context: DecisionContext,
): Promise<void> {
  const data = { calendar: calendar.name, start: calendar.start ?? null, time_zone: zone.name, first: id };
  const decided = await decideAndAppend(
    ledger,
    STREAM,
    folding,
    (known): Event[] => (known ? [] : [{ type: 'FiscalCalendarFixed', data }]),
    context,
  );
  if ('refused' in decided) throw new Error(decided.refused); // deciding refuses nothing
}

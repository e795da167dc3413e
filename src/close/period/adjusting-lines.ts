import type { Day } from '../../kernel/day.js';
import type { AdjustmentCause } from './close-contents.js';
import type { JournalLine } from './journal-line.js';
import type { PostingLine } from '../journal/posting.js';
import type { PeriodDays } from '../tie-outs.js';

/** A closed period as its journal was reported. */
export interface ClosedJournal {
  period: string;
  upTo: number;
  /** Whether entries were read then as they are now: a line that is no more was taken back by something that came since. */
  sameModel: boolean;
  /** All that closes in force have booked of its days, in its own journal and as adjustments in later ones, by origin day. */
  booked: AsyncIterable<JournalLine>;
  /** What is known of its days now, by day. */
  known: AsyncIterable<PostingLine>;
}

/**
 * The lines that bring the journal of a closed period to what is known of its days: for each day, entry, account and currency the
 * difference, posted on the first day of the open period. Each entry of them balances, because both of its sides do. Reads a day at a time.
 */
export async function* adjustingLines(closed: ClosedJournal, into: PeriodDays): AsyncGenerator<JournalLine> {
  const booked = byDay(closed.booked, (line) => line.originDay);
  const known = byDay(closed.known, (line) => line.day);
  let [left, right] = [await booked.next(), await known.next()];
  while (!left.done || !right.done) {
    const day = earlier(left.done ? undefined : left.value.day, right.done ? undefined : right.value.day);
    const was = !left.done && left.value.day === day ? left.value.lines : [];
    const is = !right.done && right.value.day === day ? right.value.lines : [];
    yield* differences(was, is, closed, into);
    if (was.length > 0) left = await booked.next();
    if (is.length > 0) right = await known.next();
  }
}

const earlier = (a: Day | undefined, b: Day | undefined): Day =>
  a === undefined ? b! : b === undefined || a < b ? a : b;

interface OfDay<Line> {
  day: Day;
  lines: Line[];
}

/** Lines that come in the order of days, a day at a time. */
async function* byDay<Line>(
  lines: AsyncIterable<Line>,
  dayOf: (line: Line) => Day,
): AsyncGenerator<OfDay<Line>, undefined> {
  let of: OfDay<Line> | undefined;
  for await (const line of lines) {
    const day = dayOf(line);
    if (of?.day !== day) {
      if (of) yield of;
      of = { day, lines: [] };
    }
    of.lines.push(line);
  }
  if (of) yield of;
  return undefined;
}

interface Sum {
  entry: string;
  amount: bigint;
  functional: bigint | undefined;
  /** The line that says most of it: of what is known, else of what was booked. */
  like: PostingLine;
  isKnown: boolean;
}

function differences(
  was: readonly JournalLine[],
  is: readonly PostingLine[],
  { period, upTo, sameModel }: ClosedJournal,
  into: PeriodDays,
): JournalLine[] {
  const sums = new Map<string, Sum[]>();
  const add = (entry: string, line: PostingLine, sign: 1n | -1n): void => {
    const place = `${entry}\n${line.account}\n${line.currency}\n${line.kind}`;
    const { functional } = line;
    const worth = functional === undefined ? undefined : sign * functional;
    const sum: Sum = { entry, amount: sign * line.amount, functional: worth, like: line, isKnown: sign === 1n };
    sums.set(place, withSum(sums.get(place) ?? [], sum));
  };
  for (const line of was) add(line.originEntry ?? line.entry, line, -1n);
  for (const line of is) add(line.entry, line, 1n);
  const moved = [...sums]
    .flatMap(([place, all]) => all.map((sum): [string, Sum] => [`${place}\n${sum.like.key ?? ''}`, sum]))
    .filter(([, { amount, functional = 0n }]) => amount !== 0n || functional !== 0n);
  const numbers = new Map<string, number>();
  return moved
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, sum]) => {
      const number = (numbers.get(sum.entry) ?? 0) + 1;
      numbers.set(sum.entry, number);
      return adjusting(sum, number, causeOf(sum, upTo, sameModel), period, into);
    });
}

/** A code that was of another account of ours then is summed apart, where both are known. */
function withSum(all: readonly Sum[], sum: Sum): Sum[] {
  const { key } = sum.like;
  const like = all.find((each) => each.like.key === key || each.like.key === undefined || key === undefined);
  return like ? [...all.filter((each) => each !== like), together(like, sum)] : [...all, sum];
}

const together = (a: Sum, b: Sum): Sum => ({
  ...(b.isKnown ? b : a),
  amount: a.amount + b.amount,
  functional: a.functional === undefined ? b.functional : a.functional + (b.functional ?? 0n),
});

function adjusting(
  { entry, amount, functional, like }: Sum,
  line: number,
  cause: AdjustmentCause,
  adjusts: string,
  into: PeriodDays,
): JournalLine {
  return {
    ...like,
    entry: `adjust:${adjusts}:${entry}`,
    line,
    period: into.id,
    day: into.from,
    amount,
    ...(functional === undefined ? {} : { functional }),
    adjusts,
    cause,
    originDay: like.adjusts === undefined ? like.day : (like as JournalLine).originDay,
    originEntry: entry,
    memo: like.adjusts === undefined ? `Adjusts ${adjusts}: ${like.memo}` : like.memo,
  };
}

/** Where only its worth in the functional currency is another, it is a rate that came. */
function causeOf(
  { amount, like: { kind, position }, isKnown }: Sum,
  upTo: number,
  sameModel: boolean,
): AdjustmentCause {
  if (amount === 0n || kind === 'fx' || kind === 'remeasurement') return 'fx';
  const isLate = isKnown ? position !== undefined && position > upTo : sameModel;
  return isLate ? 'late_fact' : 'interpreter_changed';
}

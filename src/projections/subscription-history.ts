import type { SubscriptionMovement } from '../catalog/subjects.js';
import { subscriptionText, type SubscriptionWords, subscriptionWords } from '../catalog/subscription-text.js';
import { type Effect, effectOf, effectsOf } from './rows.js';

/** What a subscription was from an instant on. */
export interface Phase {
  at: number;
  status: string;
  /** Whether it is paid for: the same as the phase before where the status is one that nobody knows yet. */
  active: boolean;
  /** Minor units per month, while it is active. */
  mrr: bigint;
  currency: string;
  unpriced: boolean;
  fact: string;
  entryId: string;
}

const ACTIVE: ReadonlySet<string> = new Set(['active', 'past_due']);
const INACTIVE: ReadonlySet<string> = new Set([
  ...['incomplete', 'trialing', 'paused', 'unpaid', 'incomplete_expired', 'canceled', 'unknown'],
]);

/**
 * The phases of a subscription in the order of time, by all events that told of it: a function of their set, so the order in which they
 * arrived cannot matter. It ends once and for ever, whatever a stale event says of later.
 */
export function subscriptionHistory(effects: Record<string, Effect>): Phase[] {
  const ended = effectOf(effects, 'SubscriptionEnded');
  const endedAt = timeIn(ended, 'at');
  const states = inOrder(
    effectsOf(effects, 'SubscriptionState')
      .map(([, effect]) => effect)
      .filter((effect) => endedAt === undefined || timeIn(effect, 'at')! <= endedAt),
  );
  const phases: Phase[] = [];
  const first = states[0] ?? ended;
  const earlier = first && beforeFirst(first);
  if (earlier) phases.push(earlier);
  for (const state of states) {
    const { fields, entryId } = state;
    phases.push(phaseOf(timeIn(state, 'at')!, wordsIn(fields), 'SubscriptionState', entryId, phases.at(-1)));
  }
  if (ended && endedAt !== undefined) {
    const words = { ...wordsIn(ended.fields), status: ended.fields['status'] ?? 'canceled', mrr: '0' };
    phases.push({ ...phaseOf(endedAt, words, 'SubscriptionEnded', ended.entryId, undefined), active: false });
  }
  return phases;
}

/** Undefined only where there is no effect: states and ends are made with their time. */
const timeIn = (effect: Effect | undefined, field: string): number | undefined => {
  const at = effect?.fields[field];
  return typeof at === 'number' ? at : undefined;
};

const wordsIn = (fields: Effect['fields']): SubscriptionWords => ({
  status: fields['status'] ?? 'unknown',
  collection_paused: fields['collection_paused'] ?? false,
  mrr: fields['mrr'] ?? '0',
  currency: fields['currency'] ?? null,
  unpriced: fields['unpriced'] ?? false,
});

function phaseOf(
  at: number,
  words: SubscriptionWords,
  fact: string,
  entryId: string,
  before: Phase | undefined,
): Phase {
  const status = String(words.status);
  const isPaid = ACTIVE.has(status) || (!INACTIVE.has(status) && before?.active === true);
  const active = isPaid && words.collection_paused !== true;
  return {
    ...{ at, status, active, fact, entryId },
    mrr: active ? BigInt(String(words.mrr ?? '0')) : 0n,
    currency: typeof words.currency === 'string' ? words.currency : '',
    unpriced: active && words.unpriced === true,
  };
}

/** What the first event known proves of the time before it: that the subscription was active, and since when at the latest. */
function beforeFirst({ type, fields, entryId }: Effect): Phase | undefined {
  const { at, since, before } = fields;
  if (typeof at !== 'number' || typeof since !== 'number') return undefined;
  if (type === 'SubscriptionEnded') {
    if (typeof fields['mrr'] !== 'string') return undefined;
    return phaseOf(Math.min(since, at), { ...wordsIn(fields), status: 'active' }, type, entryId, undefined);
  }
  if (typeof before !== 'string' && since >= at) return undefined;
  const words = typeof before === 'string' ? subscriptionWords(before) : wordsIn(fields);
  const phase = phaseOf(Math.min(since, at), words, type, entryId, undefined);
  return phase.active ? phase : undefined;
}

/** By time; within a second so that each event follows the state that it says was before it, and else as a subscription lives. */
function inOrder(states: readonly Effect[]): Effect[] {
  const seconds = new Map<number, Effect[]>();
  for (const state of states) {
    const at = timeIn(state, 'at')!;
    const second = seconds.get(at);
    if (second) second.push(state);
    else seconds.set(at, [state]);
  }
  const ordered: Effect[] = [];
  for (const at of [...seconds.keys()].sort((a, b) => a - b)) {
    const second = seconds.get(at)!;
    if (second.length === 1) ordered.push(second[0]!);
    else ordered.push(...chained(second, ordered.at(-1)));
  }
  return ordered;
}

/** Events of one second are steps from the state before to the state after; they are walked so that every step is taken once. */
function chained(second: Effect[], last: Effect | undefined): Effect[] {
  const steps = new Map<string, Effect[]>();
  for (const step of second.sort((a, b) => (stampIn(a) < stampIn(b) ? -1 : 1))) {
    const from = textBefore(step);
    const others = steps.get(from);
    if (others) others.push(step);
    else steps.set(from, [step]);
  }
  const ordered: Effect[] = [];
  for (let from = last && textAfter(last); ordered.length < second.length; from = undefined) {
    ordered.push(...walk(steps, from !== undefined && steps.has(from) ? from : startOf(steps)));
  }
  return ordered;
}

const stampIn = ({ stamps }: Effect): string => (typeof stamps === 'string' ? stamps : stamps['']!);
const textAfter = ({ fields }: Effect): string => subscriptionText(wordsIn(fields));
/** An event that does not tell what was before it restates a state. */
const textBefore = (step: Effect): string => {
  const { before } = step.fields;
  return typeof before === 'string' ? before : textAfter(step);
};

/** A state that more steps leave than reach; else that of the first step. */
function startOf(steps: ReadonlyMap<string, Effect[]>): string {
  const left = [...steps].filter(([, from]) => from.length > 0);
  const reached = left.flatMap(([, from]) => from.map(textAfter));
  const start = left.find(([text, from]) => from.length > reached.filter((other) => other === text).length);
  return (start ?? left[0]!)[0];
}

/** Hierholzer's walk: goes on as long as a step leads on, and takes in what it left out on the way back. Takes its steps out of `steps`. */
function walk(steps: ReadonlyMap<string, Effect[]>, start: string): Effect[] {
  const way: { at: string; step?: Effect }[] = [{ at: start }];
  const walked: Effect[] = [];
  for (let last = way.at(-1); last; last = way.at(-1)) {
    const step = steps.get(last.at)?.shift();
    if (step) way.push({ at: textAfter(step), step });
    else if (way.pop()!.step) walked.push(last.step!);
  }
  return walked.reverse();
}

const NOTHING: Phase = {
  at: 0,
  status: '',
  active: false,
  mrr: 0n,
  currency: '',
  unpriced: false,
  fact: '',
  entryId: '',
};

/** What changed from phase to phase. Their amounts, signed by their kind, sum to the value at the end in every currency. */
export function movementsOf(phases: readonly Phase[]): SubscriptionMovement[] {
  const movements: SubscriptionMovement[] = [];
  let was = NOTHING;
  let everActive = false;
  for (const phase of phases) {
    const move = (kind: SubscriptionMovement['kind'], amountMinor: bigint, currency: string): void => {
      movements.push({ kind, amountMinor, currency, at: phase.at, fact: phase.fact, entryId: phase.entryId });
    };
    if (phase.active && !was.active) move(everActive ? 'reactivation' : 'new', phase.mrr, phase.currency);
    else if (!phase.active && was.active) move('churn', was.mrr, was.currency);
    else changeOfValue(was, phase, move);
    if (phase.unpriced !== was.unpriced) move(phase.unpriced ? 'unpriced' : 'priced', 0n, phase.currency);
    everActive ||= phase.active;
    was = phase;
  }
  return movements;
}

function changeOfValue(
  was: Phase,
  now: Phase,
  move: (kind: SubscriptionMovement['kind'], amountMinor: bigint, currency: string) => void,
): void {
  if (was.currency !== now.currency) {
    if (was.mrr > 0n) move('contraction', was.mrr, was.currency);
    if (now.mrr > 0n) move('expansion', now.mrr, now.currency);
  } else if (now.mrr > was.mrr) move('expansion', now.mrr - was.mrr, now.currency);
  else if (now.mrr < was.mrr) move('contraction', was.mrr - now.mrr, now.currency);
}

import type { Fact, Interpret, InterpretableEntry } from '../catalog/facts.js';
import { uuidV5 } from '../kernel/entry-id.js';
import { domainInterpreters } from './domain-interpreters/index.js';
import type { Interpreter } from './interpreter.js';
import { adyenInterpreters } from './providers/adyen/interpret/index.js';
import { squareInterpreters } from './providers/square/interpret/index.js';
import type { SquarePlan } from './providers/square/interpret/plan-value.js';
import { stripeInterpreters } from './providers/stripe/interpret/index.js';
import { withoutLeftOut } from './shorten-body.js';

/** What the operator knows and no entry tells. Another answer is another meaning, so it changes the version. */
export interface KnownToOperator {
  /** Adyen's merchant accounts that capture by themselves; `*`: all. */
  adyenAutomaticCapture?: readonly string[];
  /** What Square's catalog says of the plans that subscriptions name. */
  squarePlans?: readonly SquarePlan[];
}

/** All interpreters of this build. A provider's read entries whose types carry its name, and nothing else. */
export const interpretersFor = ({
  adyenAutomaticCapture = [],
  squarePlans = [],
}: KnownToOperator = {}): readonly Interpreter[] => [
  ...stripeInterpreters,
  ...squareInterpreters(squarePlans),
  ...adyenInterpreters(adyenAutomaticCapture),
  ...domainInterpreters,
];

const interpreters = interpretersFor();

const PROVIDERS: ReadonlySet<string> = new Set(['stripe', 'square', 'adyen']);
const OURSELVES = 'truth-ledger';

/**
 * Picks the interpreter of an entry by its type. Most decisions of our own and everything in test mode mean nothing here: no facts.
 * Throws TypeError when two interpreters read one type.
 */
export function createInterpret(registered: readonly Interpreter[] = interpreters): Interpret {
  const byType = new Map<string, Interpreter>();
  for (const interpreter of registered) {
    for (const type of interpreter.reads) {
      const other = byType.get(type);
      if (other) throw new TypeError(`${other.name} and ${interpreter.name} both read ${type}`);
      byType.set(type, interpreter);
    }
  }
  const others = registered.filter(({ readsOther }) => readsOther !== undefined);
  return (received) => {
    const entry = asTold(received);
    if (entry.origin === OURSELVES) return byType.get(entry.type)?.own ? byType.get(entry.type)!.interpret(entry) : [];
    const interpreter = byType.get(entry.type) ?? others.find(({ readsOther }) => readsOther?.(entry));
    if (interpreter === undefined || interpreter.own || !isFromItsOwn(entry)) return undefined;
    if (isTestMode(entry) || isPiece(entry)) return [];
    return isWithoutMembers(entry) ? asFarAsTold(interpreter, entry) : interpreter.interpret(entry);
  };
}

const isWithoutMembers = ({ attributes }: InterpretableEntry): boolean => attributes['truncated'] === 'true';

/** What it says needs what was left out: that is on the list of dead letters already, and the entry that completes it says it. */
function asFarAsTold(interpreter: Interpreter, entry: InterpretableEntry): readonly Fact[] {
  try {
    return interpreter.interpret(entry);
  } catch {
    return [];
  }
}

/** Of an entry that is not whole, what was left out is absent. */
function asTold(entry: InterpretableEntry): InterpretableEntry {
  const { truncated, completes } = entry.attributes;
  if (truncated === undefined && completes === undefined) return entry;
  return { ...entry, body: withoutLeftOut(entry.body) };
}

// A long text of an event beside the entry that means what the event means.
const isPiece = ({ attributes }: InterpretableEntry): boolean => attributes['piece'] !== undefined;

/** A provider's types count only when the provider sent them, whatever another sender calls its events. */
function isFromItsOwn({ type, origin }: InterpretableEntry): boolean {
  const named = type.slice(0, type.indexOf('.'));
  return PROVIDERS.has(named) ? origin === named : !PROVIDERS.has(origin);
}

// Test mode stays out of every number: kept and visible, never counted.
function isTestMode({ attributes, body }: InterpretableEntry): boolean {
  const said = attributes['livemode'];
  return said === undefined ? (body as { livemode?: unknown } | null)?.livemode === false : said === 'false';
}

export const interpret: Interpret = createInterpret();

const READ: ReadonlySet<string> = new Set(interpreters.flatMap(({ reads }) => reads));

/** Whether an interpreter of this build reads entries of a type. */
export const isInterpreted = (type: string): boolean => READ.has(type);

/** Changes whenever the meaning of any entry may have changed: 8 hex digits. */
export const versionOf = (registered: readonly Interpreter[]): string =>
  uuidV5(
    registered
      .map(({ name, version }) => `${name}@${version}`)
      .sort()
      .join(','),
  ).slice(0, 8);

export const interpreterVersion: string = versionOf(interpreters);

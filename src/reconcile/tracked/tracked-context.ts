import { SEPARATOR, type TrackedContext } from '../source.js';

// A context travels as one text, so that events of one kind of client share one object in memory.
const NAMES = ['browser', 'os', 'device', 'country', 'host', 'release'] as const;

type Told = Readonly<Partial<Record<(typeof NAMES)[number], string>>> & { isTest?: boolean };

/** The context of a row of a table with these columns and `is_test`, in SQL. */
export const contextOf = (table: string): string =>
  `concat_ws(E'\\x1f', ${[...NAMES, 'is_test'].map((name) => `coalesce(${table}.${name}::text, '')`).join(', ')})`;

/** The same of an event that is in no table yet; empty where nothing is told. */
export function packContext(told: Told): string {
  const words = [...NAMES.map((name) => told[name]?.replaceAll(SEPARATOR, ' ') ?? ''), told.isTest ? 'true' : ''];
  return words.some((word) => word !== '') ? words.join(SEPARATOR) : '';
}

/** A reader of contexts that gives equal ones as one object. */
export function contextReader(): (text: string) => TrackedContext | undefined {
  const known = new Map<string, TrackedContext | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, readContext(text));
    return known.get(text);
  };
}

export function readContext(text: string): TrackedContext | undefined {
  const words = text.split(SEPARATOR);
  const told = NAMES.map((name, index) => [name, words[index]] as const).filter(([, value]) => value);
  const isTest = words[NAMES.length] === 'true';
  if (told.length === 0 && !isTest) return undefined;
  return { ...Object.fromEntries(told), ...(isTest ? { test: true } : {}) };
}

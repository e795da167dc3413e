import type { Lookups } from './lookups.js';
import { multimap } from './multimap.js';
import type { Key, Window } from '../source.js';

/** What will be asked about days in a row; asking about more is harmless. */
export interface Batch {
  /** Truths that may be missing. */
  subjects: readonly string[];
  /** What their purchases are known by. */
  keys: readonly Key[];
  /** Whose payments are asked for: purchases, and parts of purchases. Empty where they are not. */
  purchases: readonly string[];
  parts: readonly Key[];
  /** The days, in order. */
  days: readonly Window[];
  /** The days and those around them in which a client may have been seen. */
  near: Window;
  /** Of a person or device, see `Lookups.refused`. */
  tagsOf: (keys: readonly Key[]) => readonly string[];
}

/** The same answers as one day after the other gets, asked for together; what a day still has to ask, it asks by its own. */
export async function batchLookups(
  ask: Lookups,
  { subjects, keys: named, purchases, parts, days, near, tagsOf }: Batch,
): Promise<(alone: Lookups) => Lookups> {
  const own = { from: days[0]!.from, to: days.at(-1)!.to };
  const persons = await ask.personKeys(subjects);
  const keysOfPersons = [...new Set(persons.map(({ key }) => key))];
  const links = await ask.links(keysOfPersons);
  const keys = [...new Set([...keysOfPersons, ...links.flatMap(({ user, anonymous }) => [user, anonymous]), ...named])];
  const seen = Map.groupBy(await ask.seen(keys, near, true), ({ key }) => key);
  const consents = Map.groupBy(await ask.consents(keys), ({ node }) => node);
  // Few were refused, or asked a server for pages: about all others nobody needs to be asked again.
  const refused = new Set((await ask.refused(tagsOf(keys), own)).map(({ tag }) => tag));
  const readers = new Set((await ask.pages(keys, own)).map(({ key }) => key));
  const outages = await ask.outages(days);
  const [ofPurchases, behindParts] = [await ask.payments(purchases), await ask.paymentsBehind(parts)];
  const bySubject = Map.groupBy(persons, ({ subject }) => subject);
  const byKey = multimap(links.flatMap((link) => [[link.user, link] as const, [link.anonymous, link] as const]));

  return (alone) => ({
    personKeys: (of) => Promise.resolve(of.flatMap((subject) => bySubject.get(subject) ?? [])),
    links: (of) => Promise.resolve([...new Set(of.flatMap((key) => byKey.get(key) ?? []))]),
    // They were seen in some quarter of an hour, and days begin with one.
    seen: (of, { from, to }) =>
      Promise.resolve(of.flatMap((key) => seen.get(key) ?? []).filter(({ at }) => at >= from && at < to)),
    consents: (of) => Promise.resolve(of.flatMap((node) => consents.get(node) ?? [])),
    refused: (of, window) =>
      alone.refused(
        of.filter((tag) => refused.has(tag)),
        window,
      ),
    pages: (of, window) =>
      alone.pages(
        of.filter((key) => readers.has(key)),
        window,
      ),
    outages: (windows) =>
      Promise.resolve(
        outages.filter((outage) => windows.some(({ from, to }) => outage.from >= from && outage.to <= to)),
      ),
    payments: () => Promise.resolve(ofPurchases),
    paymentsBehind: () => Promise.resolve(behindParts),
  });
}

import type { Node } from '../catalog/facts.js';
import type { Happened } from '../catalog/subjects.js';
import { decidedLinks, isCrowded } from './people.js';
import { type Customer, effectsOf, type Identifier, isAnonymous, isUser, type Touch, TOUCHES_MAX } from './rows.js';
import type { WorkingSet } from './working-set.js';

const touchOrder = (a: Touch, b: Touch): number => a[0] - b[0] || (a[1] < b[1] ? -1 : 1);

/** Keeps a touch of an identifier; the earliest ones are enough to know the first. True when something changed. */
export function keepTouch({ doc }: Identifier, touch: Touch): boolean {
  if (doc.touches.some((known) => known[1] === touch[1])) return false;
  const last = doc.touches[TOUCHES_MAX - 1];
  if (last && touchOrder(last, touch) < 0) return false;
  doc.touches = [...doc.touches, touch].sort(touchOrder).slice(0, TOUCHES_MAX);
  return true;
}

/** The same of a touch without a marker. `stripped`: it came from another site all the same; `sealed`: its marker may be in what is personal. */
export function keepUnmarked(
  { doc }: Identifier,
  at: number,
  { stripped, sealed }: Readonly<Record<string, unknown>>,
): boolean {
  const isEarlier = doc.unmarkedAt === null || at < doc.unmarkedAt;
  const isNews = (stripped === true && !doc.stripped) || (sealed === true && !doc.sealed);
  if (isEarlier) doc.unmarkedAt = at;
  if (stripped === true) doc.stripped = true;
  if (sealed === true) doc.sealed = true;
  return isEarlier || isNews;
}

/** The sign-up that an identifier's own facts tell of. */
export function signedUp(identifier: Identifier): Happened | undefined {
  const [found] = effectsOf(identifier.doc.effects, 'UserSignedUp');
  const at = found?.[1].fields['at'];
  return typeof at === 'number' ? { at, fact: 'UserSignedUp', entryId: found![1].entryId } : undefined;
}

/** What all identifiers of a customer say together; null when it has neither signed up nor bought anything. */
export function evaluateCustomer(set: WorkingSet, id: Node): Customer | null {
  const canonical = set.identifier(id);
  if (canonical.customer !== id) return null;
  set.need([], canonical.doc.members);
  const all = [canonical];
  for (const node of canonical.doc.members) all.push(set.identifier(node));
  const signUp = signedUp(canonical);
  const payment = firstPayment(all);
  if (!signUp && !payment && all.every((identifier) => identifier.doc.purchases === 0)) return null;
  const touch = firstTouch(set, all, signUp?.at ?? payment?.[0] ?? Number.MAX_SAFE_INTEGER);
  return {
    customer: id,
    userId: isUser(id) ? id.slice('user:'.length) : null,
    signedUpAt: signUp?.at ?? null,
    ...touch,
    firstPaymentAt: payment?.[0] ?? null,
    firstPaymentRef: payment?.[1] ?? null,
    firstPaymentEntry: payment?.[2] ?? null,
  };
}

function firstPayment(all: readonly Identifier[]): Identifier['doc']['payments'][number] | undefined {
  let first: Identifier['doc']['payments'][number] | undefined;
  for (const { doc } of all) {
    const own = doc.payments[0];
    if (own && (!first || own[0] < first[0] || (own[0] === first[0] && own[1] < first[1]))) first = own;
  }
  return first;
}

type FirstTouch = Pick<Customer, 'firstTouchAt' | 'source' | 'medium' | 'campaign' | 'reason'>;

/** The earliest marked touch up to an instant, or why there is none. */
function firstTouch(set: WorkingSet, all: readonly Identifier[], until: number): FirstTouch {
  let first: Touch | undefined;
  let marked = false;
  for (const { doc } of all) {
    for (const touch of doc.touches) {
      marked = true;
      if (touch[0] <= until && (!first || touchOrder(touch, first) < 0)) first = touch;
    }
  }
  if (first) return { firstTouchAt: first[0], source: first[2], medium: first[3], campaign: first[4], reason: null };
  return {
    firstTouchAt: null,
    source: 'unknown',
    medium: '',
    campaign: '',
    reason: unknownReason(set, all, marked),
  };
}

function unknownReason(set: WorkingSet, all: readonly Identifier[], touchedLater: boolean): string {
  if (touchedLater) return 'touch_after_signup';
  if (all.some(({ doc }) => doc.sealed)) return 'mark_sealed';
  if (all.some(({ doc }) => doc.stripped)) return 'stripped_utm';
  if (all.some(({ doc }) => doc.unmarkedAt !== null)) return 'no_marker';
  const withheld = all.some((identifier) =>
    effectsOf(identifier.doc.effects, 'ConsentChanged').some(([, effect]) => effect.fields['analytics'] === 'denied'),
  );
  if (withheld) return 'consent_withheld';
  return all.some((identifier) => sharesTouchedDevice(set, identifier)) ? 'cross_device_unlinked' : 'no_touch';
}

/** Whether a marked touch is known of a device that is linked with it, and that is not its customer's alone. */
function sharesTouchedDevice(set: WorkingSet, identifier: Identifier): boolean {
  if (isAnonymous(identifier.node) || isCrowded(identifier)) return false;
  const devices = decidedLinks(identifier).filter(isAnonymous);
  set.need([], devices);
  return devices.some((node) => {
    const device = set.identifier(node);
    return device.customer !== identifier.customer && device.doc.touches.length > 0 && !isCrowded(device);
  });
}

export const sameTouch = (a: Customer | null, b: Customer | null): boolean =>
  a?.source === b?.source && a?.medium === b?.medium && a?.campaign === b?.campaign && a?.reason === b?.reason;

export const sameCustomer = (a: Customer | null, b: Customer | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.signedUpAt === b.signedUpAt &&
    a.firstTouchAt === b.firstTouchAt &&
    a.firstPaymentRef === b.firstPaymentRef &&
    a.firstPaymentAt === b.firstPaymentAt &&
    a.firstPaymentEntry === b.firstPaymentEntry &&
    sameTouch(a, b));

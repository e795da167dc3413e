import { decide, isPersonalNumber, type PersonalPolicy, unknownPolicy } from './personal.js';
import { kindsOf } from './personal-names.js';

/** Square's objects have a known shape: open unless the name is personal, below a person, or free text. Kinds that interpreters do not read are sealed like anything unknown. `eventType` with or without `square.`. */
export function squarePolicy(eventType: string): PersonalPolicy {
  const kind = eventType.startsWith('square.') ? eventType.slice('square.'.length) : eventType;
  return OBJECTS.test(kind) && !kind.includes('custom_attribute') ? squareObject : unknownPolicy;
}

// What the types of events begin with whose objects we know.
const OBJECTS = /^(?:payment|refund|dispute|order|invoice|payout|customer|subscription)\./;

// Numbers that are worth money or name an account, a handle, links that open without signing in, and what a cashier types.
const SEALED = new Set([
  'gan',
  'gift_card_gan',
  'account_number_suffix',
  'buyer_cashtag',
  'public_url',
  'checkout_page_url',
  'note',
]);

// Named like secrets, and none: the version of an object, who granted an application access.
const OPEN = new Set(['version_token', 'oauth_grant_id']);

// What is an enumeration in one object and a sentence in another.
const REASONS = new Set(['reason', 'source', 'cancel_reason']);
const ENUMERATED = /^[A-Z][A-Z0-9_]{0,63}$/;

const squareObject: PersonalPolicy = (path, value) => {
  if (typeof value === 'number') return isPersonalNumber(path);
  const name = path[path.length - 1] ?? '';
  if (OPEN.has(name)) return false;
  if (REASONS.has(name)) return !ENUMERATED.test(value);
  return SEALED.has(name) || decide(path, kindsOf(name), value, false);
};

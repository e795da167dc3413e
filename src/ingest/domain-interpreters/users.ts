import type { InterpretableEntry, Fact, Node } from '../../catalog/facts.js';
import { anonymousNode, emailNode, idOf, userNode } from '../../catalog/identifiers.js';
import type { Interpreter } from '../interpreter.js';
import { domainEvent, fact, needed } from './domain-event.js';
import { isObject, type Json } from '../json-members.js';
import { touchRecorded } from './touches.js';

/** Who somebody is: sign-ups, and the devices and provider customers of a user. */
export const users: Interpreter = {
  name: 'domain/users',
  version: 2,
  reads: ['user.signed_up', 'user.identified'],
  interpret: (entry) => (entry.type === 'user.signed_up' ? signedUp(entry) : identified(entry)),
};

function signedUp(entry: InterpretableEntry): Fact[] {
  const event = domainEvent(entry);
  const { data, at } = event;
  const subject = needed(userNode(data['user_id']), 'user_id');
  const nodes = [emailNode(data['email']), anonymousNode(data['anonymous_id'])];
  const attribution = data['attribution'];
  return [
    fact(event, { type: 'UserSignedUp', subject, effect: 'signed_up', fields: { at }, nodes }),
    ...(isObject(attribution) ? [touchRecorded(event, subject, attribution)] : []),
  ];
}

function identified(entry: InterpretableEntry): Fact[] {
  const event = domainEvent(entry);
  const { data } = event;
  const subject = needed(userNode(data['user_id']), 'user_id');
  const nodes = [anonymousNode(data['anonymous_id']), customerOf(data)];
  return [fact(event, { type: 'Linked', subject, effect: 'linked', nodes })];
}

const NAMED = /^(?:stripe|square|adyen):./;

/** `cus_1`, `stripe:cus_1`, `stripe:acct_1/cus_1`: a provider's customer, of Stripe unless it says another. */
function customerOf(data: Json): Node | undefined {
  const id = idOf(data['provider_customer_id']);
  if (id === undefined || NAMED.test(id)) return id;
  const provider = data['provider'];
  return `${typeof provider === 'string' && NAMED.test(`${provider}:-`) ? provider : 'stripe'}:${id}`;
}

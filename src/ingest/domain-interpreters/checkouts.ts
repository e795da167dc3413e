import { anonymousNode, refTo, userNode } from '../../catalog/identifiers.js';
import type { Interpreter } from '../interpreter.js';
import { domainEvent, fact, moneyIn, needed } from './domain-event.js';

/** Attempts to pay. Every retry of one attempt has the same checkout id, so it is one effect. */
export const checkouts: Interpreter = {
  name: 'domain/checkouts',
  version: 1,
  reads: ['checkout.started'],
  interpret: (entry) => {
    const event = domainEvent(entry);
    const { data, at } = event;
    const subject = needed(refTo('checkout', data['checkout_id']), 'checkout_id');
    const nodes = [userNode(data['user_id']), anonymousNode(data['anonymous_id'])];
    return [
      fact(event, {
        type: 'CheckoutStarted',
        subject,
        effect: 'started',
        fields: { at, ...moneyIn(data['total']) },
        nodes,
      }),
    ];
  },
};

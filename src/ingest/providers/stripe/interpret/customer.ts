import { emailNode, present } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { createdAt, ownId, providerCustomer, readObject, stampAt, stripeEvent, userOf } from './stripe-event.js';
import { objectIn } from '../../../json-members.js';

/** A customer of Stripe is an identifier of a person, tied to our user and to an e-mail address where it names them. */
export const customer: Interpreter = {
  name: 'stripe/customer',
  version: 3,
  reads: [...['created', 'updated', 'deleted'].map((step) => `stripe.customer.${step}`), readObject('customer')],
  interpret: (entry) => {
    const event = stripeEvent(entry);
    const { object } = event;
    return [
      makeFact({
        type: 'PersonSeen',
        subject: providerCustomer(ownId(event)),
        effect: 'seen',
        stamp: stampAt(event, 0),
        fields: { at: createdAt(event) },
        nodes: present([userOf(objectIn(object['metadata'])), emailNode(object['email'])]),
      }),
    ];
  },
};

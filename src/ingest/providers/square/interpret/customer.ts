import { emailNode, userNode } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { objectIn } from '../../../json-members.js';
import { createdAt, customerNode, providerCustomer, squareEvent, stampAt } from './square-event.js';

/** A customer of Square is an identifier of a person, tied to our user by `reference_id` and to those it was merged from. */
export const customer: Interpreter = {
  name: 'square/customer',
  version: 1,
  reads: ['square.customer.created', 'square.customer.updated', 'square.customer.deleted'],
  interpret: (entry) => {
    const event = squareEvent(entry, 'customer');
    const { object } = event;
    return [
      makeFact({
        type: 'PersonSeen',
        subject: providerCustomer(event.id),
        effect: 'seen',
        stamp: stampAt(event, 0),
        fields: { at: createdAt(event) },
        nodes: [userNode(object['reference_id']), emailNode(object['email_address']), ...mergedFrom(entry.body)],
      }),
    ];
  },
};

function mergedFrom(body: unknown) {
  const { merge } = objectIn(objectIn(objectIn(objectIn(body)['data'])['object'])['event_context']);
  const from = objectIn(merge)['from_customer_ids'];
  return Array.isArray(from) ? from.map(customerNode) : [];
}

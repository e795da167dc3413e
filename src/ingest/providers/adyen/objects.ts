import { decide } from '../../../catalog/personal.js';
import { kindsOf } from '../../../catalog/personal-names.js';
import type { ObjectSource } from '../../object-list.js';
import { objectIn } from '../../json-members.js';
import type { Provider } from '../../provider.js';
import { objectsNamed } from '../../purchase-objects.js';
import { adyen } from './adyen.js';

/** Columns of a settlement details report that speak of money and of nobody. What else an account has added to it is sealed. */
const OPEN = new Set([
  ...['company account', 'merchant account', 'psp reference', 'merchant reference', 'payment method', 'creation date'],
  ...['timezone', 'booking date', 'type', 'modification reference', 'gross currency', 'gross debit (gc)'],
  ...['gross credit (gc)', 'exchange rate', 'net currency', 'net debit (nc)', 'net credit (nc)', 'commission (nc)'],
  ...['markup (nc)', 'scheme fees (nc)', 'interchange (nc)', 'payment method variant', 'batch number'],
  ...['modification merchant reference', 'payable batch', 'advancement code'],
]);

const provider: Provider = {
  ...(adyen as Provider),
  authenticatedBy: 'report',
  content: (body) => (body as { data?: unknown }).data,
  comparable: () => true,
  policy: () => (path, value) => {
    const name = path.at(-1) ?? '';
    if (path.length < 4) return false; // the envelope is our own
    return !OPEN.has(name) || decide(path, kindsOf(name), String(value), false);
  },
  subjects: () => [],
  objects(body) {
    const { cells } = objectIn(objectIn(objectIn(body)['data'])['object']);
    return objectsNamed([['payment', objectIn(cells)['psp reference']]]);
  },
};

/** Lines of Adyen's settlement reports, which no webhook carries. */
export const adyenObjects: ObjectSource = {
  lists: [],
  swept: {},
  provider,
  kinds: new Set(['settlement_line']),
  envelope: ({ object, live }, id, asOf) => ({
    id,
    type: `object.${String(object['object'])}`,
    environment: live ? 'live' : 'test',
    timestamp: asOf.at.toISOString(),
  }),
};

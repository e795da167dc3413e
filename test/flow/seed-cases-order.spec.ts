import { describe, expect, it } from '@jest/globals';
import {
  charge,
  chargeSucceeded,
  checkoutStarted,
  disputeEvent,
  orderPlaced,
  refundCreated,
  signedUp,
  stripeEvent,
  touch,
} from '../fixtures/shop-events.js';
import { type Json, RunningService } from '../support/running-service.js';

const NOW = '2026-11-08T12:00:00Z';

describe('given one history in several orders, with repeats, and two events of one second', () => {
  const at = '2026-10-05T10:00:00Z';
  const history: Json[] = [
    touch('2026-10-03T10:00:00Z', { anonymous_id: 'a_1', source: 'google', medium: 'cpc' }),
    touch('2026-10-03T10:00:00Z', { anonymous_id: 'a_1', source: 'bing', medium: 'cpc' }), // the same second
    signedUp('2026-10-04T10:00:00Z', 'u_1', { anonymous_id: 'a_1' }),
    checkoutStarted(at, 'c_1', { user_id: 'u_1' }),
    orderPlaced(at, 'o_1', 5000, { user_id: 'u_1', checkout_id: 'c_1' }),
    chargeSucceeded(at, 'ch_1', 5000, { metadata: { order_id: 'o_1' }, customer: 'cus_1' }),
    chargeSucceeded(at, 'ch_2', 700, { customer: 'cus_1' }), // the same second
    stripeEvent('charge.captured', at, charge(at, 'ch_3', 300, { customer: 'cus_1' })),
    stripeEvent('charge.succeeded', at, charge(at, 'ch_3', 300, { customer: 'cus_1', captured: false })), // the same second
    refundCreated(at, 're_1', 'ch_2', 700, { type: 'refund.updated' }),
    refundCreated(at, 're_1', 'ch_2', 700, { id: 'evt_re_1_failed', type: 'refund.failed' }), // the same second
    disputeEvent('closed', at, 'dp_1', 'ch_1', 5000, 'lost'),
    disputeEvent('funds_withdrawn', at, 'dp_1', 'ch_1', 5000, 'needs_response'),
  ];
  history[10] = { ...history[10]!, data: { object: { ...history[10]!['data'].object, status: 'failed' } } };
  const orders: Json[][] = [
    history,
    [...history].reverse(),
    [...history, ...history].filter((_, n) => n % 2 === 1 || n % 3 === 0).concat(history),
  ];

  it('then the state and every number are the same', async () => {
    const found = [];
    for (const order of orders) {
      const other = await RunningService.start({ zone: 'Europe/Berlin', now: NOW });
      try {
        for (const event of order) await (event['specversion'] ? other.events(event) : other.stripeAll([event]));
        const hash = await other.stateHash();
        const range = ['2026-10-03', '2026-10-05'] as const;
        const names = [
          'signups',
          'orders',
          'payments',
          'new_customers',
          'revenue_gross',
          'revenue_net',
          'checkout_completion_rate',
        ];
        const numbers = await Promise.all(names.map((name) => other.metric(name, ...range)));
        const sources = await other.metric('orders', ...range, '&group_by=source');
        found.push({ hash, numbers, sources });
      } finally {
        await other.stop();
      }
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
    expect(found[0]!.sources).toEqual([expect.objectContaining({ value: 1 })]);
  });
});

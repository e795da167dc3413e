import { describe, expect, it } from '@jest/globals';
import type { InterpretableEntry } from '../../../src/catalog/facts.js';
import { interpret } from '../../../src/ingest/interpret.js';
import { domainEntry, type Json, stripeEntry, T0 } from '../../fixtures/stripe-events.js';
import { projected } from '../../support/memory-model.js';

const invoice = (over: Json): Json => ({
  ...{ id: 'in_1', object: 'invoice', created: T0, currency: 'eur', customer: 'cus_1', metadata: { order_id: 'o1' } },
  ...{ amount_due: 5000, status: 'paid', status_transitions: { paid_at: T0 + 60 }, billing_reason: 'manual', ...over },
});

const placed = domainEntry('order.placed', { order_id: 'o1', total: { amount_minor: '5000', currency: 'EUR' } });

const model = (...entries: InterpretableEntry[]) =>
  projected([entries.map((entry, index) => ({ id: index + 1, facts: interpret(entry)! }))]);

describe('given an order that is billed by an invoice', () => {
  it('when the invoice is paid outside the provider, then the order is completed, and no money of the provider moved', async () => {
    const { total } = await paidBy({ amount_paid_off_stripe: 5000 });
    expect([total('orders'), total('revenue_gross'), total('payments')]).toEqual([1n, 0n, 0n]);
  });

  it('when it is only open, or paid by a charge that is not known yet, then the order waits', async () => {
    expect((await paidBy({ status: 'open' })).total('orders')).toBe(0n);
    expect((await paidBy({})).total('orders')).toBe(0n);
  });
});

async function paidBy(over: Json) {
  const made = await model(placed, stripeEntry('invoice.paid', invoice(over)));
  return { total: (metric: string) => made.total(metric) };
}

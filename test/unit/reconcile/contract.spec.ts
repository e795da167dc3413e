import { describe, expect, it } from '@jest/globals';
import { defineFlow } from '../../../src/metrics/metric.js';
import { contractOf } from '../../../src/metrics/contract.js';
import { metrics } from '../../../src/metrics/index.js';
import { changedBetween, contractDigest, decideContract } from '../../../src/reconcile/contract-record.js';

const given = { timeZone: 'UTC', modelVersion: 'UTC 1', named: {}, settings: {} };
const contract = (more: Partial<typeof given> = {}) => contractOf(metrics, { ...given, ...more });

describe('the measurement contract', () => {
  it('says of every metric whose it is, what is lived with, and why a gap may be expected', () => {
    const named = { signups: { ga4: ['sign_up'] } };
    const entry = contract({ named }).metrics.find(({ name }) => name === 'signups');
    expect(entry).toMatchObject({
      owner: 'growth',
      tolerance_pct: null,
      allowed_lateness_hours: 168,
      currency: null,
      named: named.signups,
    });
    expect(entry!.expected_reasons.length).toBeGreaterThan(0);
    expect(contract().metrics.find(({ name }) => name === 'revenue_gross')!.currency).toBe('each its own');
  });

  it('given what an operator set, then that holds', () => {
    const settings = { orders: { owner: 'shop', tolerance_pct: 2.5, allowed_lateness_hours: 24 } };
    expect(contract({ settings }).metrics.find(({ name }) => name === 'orders')).toMatchObject(settings.orders);
  });

  it('leaves out what is part of other metrics only', () => {
    const internal = defineFlow({ ...metrics[0]!, name: 'inner', internal: true, of: 'person', from: () => [] });
    expect(contractOf([internal], given).metrics).toEqual([]);
  });
});

describe('a change of the contract', () => {
  it('given the same contract, then nothing is recorded', () => {
    const first = decideContract(undefined, contract())!;
    expect([first.previous, first.digest, first.changed.length]).toEqual([
      null,
      contractDigest(contract()),
      contract().metrics.length,
    ]);
    expect(decideContract(first, contract())).toBeUndefined();
  });

  it('given another tolerance, then it is recorded after the last one, with the metric it is of', () => {
    const first = decideContract(undefined, contract())!;
    const second = decideContract(first, contract({ settings: { orders: { tolerance_pct: 1 } } }))!;
    expect([second.previous, second.changed]).toEqual([first.digest, ['orders']]);
    expect(decideContract(second, contract())!.changed).toEqual(['orders']);
  });

  it('given other interpreters, then it is another version although no word changed', () => {
    const first = decideContract(undefined, contract())!;
    expect(decideContract(first, contract({ modelVersion: 'UTC 2' }))).toMatchObject({ changed: [] });
    expect(changedBetween(first, contract())).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryCounts } from '../../../src/ingest/delivery-counts.js';

const NOON = Date.parse('2026-10-03T12:00:00Z');

describe('counts of deliveries', () => {
  let written: [provider: string, deliveries: number, lastAt: string][];
  let onWrite: () => void;
  let counts: DeliveryCounts;
  let now: number;
  const seen = (origin: string, count = 1): void => {
    now += 1_000;
    counts.seen({ door: 'provider', origin, outcome: 'recorded', count });
  };

  beforeEach(() => {
    [written, now] = [[], NOON];
    onWrite = () => undefined;
    const count = async (provider: string, _hour: Date, deliveries: number, lastAt: Date): Promise<void> => {
      await Promise.resolve();
      onWrite();
      written.push([provider, deliveries, lastAt.toISOString().slice(11, 19)]);
    };
    counts = new DeliveryCounts({ count }, () => new Date(now));
  });
  afterEach(async () => {
    onWrite = () => undefined;
    await counts.stop();
  });

  it('given one that comes with every write, when they are written, then each key is written once, and the rest next time', async () => {
    seen('stripe', 3);
    seen('adyen');
    onWrite = () => {
      if (written.length < 20) seen('stripe');
    };
    await counts.flush();
    expect(written).toEqual([
      ['stripe', 3, '12:00:01'],
      ['adyen', 1, '12:00:02'],
    ]);
    onWrite = () => undefined;
    await counts.flush();
    expect(written.slice(2)).toEqual([['stripe', 2, '12:00:04']]);
  });

  it('given a write that fails, when more come and they are written again, then none is lost and none is counted twice', async () => {
    seen('stripe', 3);
    seen('adyen', 2);
    seen('square');
    let writes = 0;
    onWrite = () => {
      if (++writes !== 2) return;
      seen('adyen', 5);
      throw new Error('away');
    };
    await counts.flush();
    expect(written).toEqual([['stripe', 3, '12:00:01']]);
    await counts.flush();
    expect(written.slice(1)).toEqual([
      ['adyen', 7, '12:00:04'],
      ['square', 1, '12:00:03'],
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { eventOf, storedEventOf, type StoredEvent } from '../../../src/ledger/backends/kurrentdb/event-format.js';
import { RecentEvents } from '../../../src/ledger/backends/kurrentdb/recent-events.js';
import { received, times } from '../../contracts/ledger-entries.js';

/** An entry of about so many bytes, as it came from the log. */
function stored(n: number, bytes = 976): StoredEvent {
  const entry = received(`e${n}`, { body: 'x'.repeat(bytes) });
  const { id, type, data, metadata } = eventOf(entry, undefined, new Date(0));
  const parsed: unknown = JSON.parse(Buffer.from(metadata as Uint8Array).toString());
  return storedEventOf(
    { streamId: `truth.${entry.stream}`, id, revision: 0n, type, data, metadata: parsed, created: new Date(0) },
    'truth.',
  )!;
}

describe('the last entries of the log', () => {
  it('given entries that were seen, when asked for, then all or none of them come', () => {
    const recent = new RecentEvents();
    const events = times(3, (n) => stored(n));
    events.forEach((event, n) => recent.add(BigInt(n), event));
    expect([...recent.at([0n, 2n])!.values()]).toEqual([events[0], events[2]]);
    expect(recent.at([0n, 3n])).toBeUndefined();
    expect(recent.at([])).toEqual(new Map());
  });

  it('given more than there is room for, then the oldest are forgotten, and one seen twice is there once', () => {
    const recent = new RecentEvents(10_000); // five of 2,000 bytes
    for (const n of [0, 1, 2, 3, 3, 3, 4, 5, 6]) recent.add(BigInt(n), stored(n));
    expect(times(7, (n) => recent.at([BigInt(n)]) !== undefined)).toEqual([false, false, true, true, true, true, true]);
  });

  it('given one that alone is too large, then it is not kept', () => {
    const recent = new RecentEvents(10_000);
    recent.add(1n, stored(1));
    recent.add(2n, stored(2, 20_000));
    expect([recent.at([1n]), recent.at([2n])]).toEqual([undefined, undefined]);
  });
});

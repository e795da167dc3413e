import { it } from '@jest/globals';
import { chargeEvent, line, refundEvent } from '../../support/books-given.js';
import { MemoryBooks } from '../../support/memory-books.js';
it('speed', () => {
  const entries = Array.from({ length: 10_000 }, (_, n) => n % 5 === 4
    ? refundEvent(`re_${n}`, '2026-07-05T10:00:00Z', `ch_${n - 1}`, 300, { balance_transaction: line(`txr_${n}`, '2026-07-05T10:00:00Z', 'refund', -300) })
    : chargeEvent(`ch_${n}`, '2026-07-03T10:00:00Z', 1000, line(`tx_${n}`, '2026-07-03T10:00:00Z', 'charge', 1000, 30), { payment_intent: `pi_${n}` }));
  const before = process.cpuUsage();
  new MemoryBooks().tell(...entries);
  const { user, system } = process.cpuUsage(before);
  console.log('us per entry', (user + system) / entries.length);
});

import { it } from '@jest/globals';
import { openDoors, stripeDelivery } from '../../support/doors.js';
import { readFileSync } from 'node:fs';
it('p', async () => {
  const d = await openDoors();
  const body = JSON.parse(readFileSync('test/fixtures/stripe/charge-succeeded.json', 'utf8'));
  for (let r = 0; r < 4; r++) {
    const reqs = Array.from({ length: 3000 }, (_, i) => stripeDelivery({ ...body, id: `evt_${r}_${i}` }));
    const a = performance.now();
    for (let i = 0; i < reqs.length; i += 256) await Promise.all(reqs.slice(i, i + 256).map((q) => d.ingest.webhook('stripe', q)));
    console.log('rate', Math.round(3000 / ((performance.now() - a) / 1000)));
  }
  await d.close();
});

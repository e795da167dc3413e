import { expect, it } from '@jest/globals';
import { Shop } from './reconcile-given.js';
it('perf', async () => {
  const shop = await Shop.open();
  const q = (s: string) => shop.database.pool.query(s);
  const N = 100000;
  await q(`insert into model.identifiers (node, customer, doc) select 'user:'||n, 'user:'||n, '{}' from generate_series(1,${N}) n`);
  await q(`insert into model.contributions select (select coalesce(max(position),0) from model.contributions)+n, 0, 'signups', 'user:'||n, '2026-10-03', '', 1, 'google','','',null,'',true,'F',gen_random_uuid(),'2026-10-03T10:00:00Z' from generate_series(1,${N}) n`);
  await q(`insert into ingest.tracked_events (collector,key_id,message_id,event,kind,user_id,occurred_at,received_at,is_bot,lineage,body) select 'segment','k','signup'||n,'e','signup', n::text, '2026-10-03T10:00:00Z'::timestamptz + (n||'ms')::interval, now(), false,'client','{}' from generate_series(1,${N}) n where n % 20 <> 0`);
  await q('analyze');
  const original = shop.database.transaction.bind(shop.database);
  shop.database.transaction = (work) => original((client) => {
    const query = client.query.bind(client) as (...a: unknown[]) => Promise<{ rowCount: number }>;
    const timed = { query: async (...a: unknown[]) => { const t = performance.now(); const r = await query(...a); console.log(Math.round(performance.now() - t), 'ms sql', String(a[0]).replace(/\s+/g, ' ').slice(0, 90), r.rowCount); return r; } };
    return work(timed as never);
  });
  const t = performance.now();
  await shop.reconcile().digestOf({ day: '2026-10-03', source: 'collector', metric: 'signups' });
  console.log(Math.round(performance.now() - t), 'ms sql all', JSON.stringify(process.cpuUsage()));
  await shop.close();
  expect(1).toBe(1);
}, 300000);

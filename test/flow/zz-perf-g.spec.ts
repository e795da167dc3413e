import { expect, it } from '@jest/globals';
import { Shop } from './reconcile-given.js';
it('perf', async () => {
  const shop = await Shop.open();
  const q = (s: string) => shop.database.pool.query(s);
  const N = 100000;
  await q(`insert into model.parts (ref, kind, purchase, party, status, customer_present, doc) select k||':'||n, k, 'order:'||n, 'user:'||n, 'completed', true, '{"effects":{}}' from generate_series(1,${N}) n, unnest('{order,checkout,payment,session}'::text[]) k`);
  await q(`insert into model.identifiers (node, customer, doc) select 'user:'||n, 'user:'||n, '{}' from generate_series(1,${N}) n`);
  for (const [m, s, c] of [['signups','user:',''],['checkouts_started','checkout:',''],['orders','order:',''],['revenue_gross','payment:','USD']])
    await q(`insert into model.contributions select (select coalesce(max(position),0) from model.contributions)+n, 0, '${m}', '${s}'||n, '2026-10-03', '${c}', ${c ? 1000 : 1}, 'google','','',null,'',true,'F',gen_random_uuid(),'2026-10-03T10:00:00Z' from generate_series(1,${N}) n`);
  for (const [k] of [['signup'],['checkout_started'],['order_completed']])
    await q(`insert into ingest.tracked_events (collector,key_id,message_id,event,kind,user_id,refs,value_minor,value_basis,currency,occurred_at,received_at,is_bot,lineage,body) select 'segment','k','${k}'||n,'e','${k}','user'||'', array['${k === 'checkout_started' ? 'checkout' : 'order'}:'||n],1000,'total','USD', '2026-10-03T10:00:00Z'::timestamptz + (n||'ms')::interval, now(), false,'client','{}' from generate_series(1,${N}) n where n % 20 <> 0`);
  await q(`update ingest.tracked_events set user_id = substr(message_id, 7) where kind = 'signup'`);
  await q(`update ingest.tracked_events set user_id = null where kind <> 'signup'`);
  await q('analyze');
  for (const m of ['signups','checkouts_started','orders','revenue_gross','attribution_mismatch_pct']) {
    const t = performance.now();
    await shop.reconcile().digestOf({ day: '2026-10-03', source: 'collector', metric: m });
    const t2 = performance.now();
    const r = await shop.reconcile().now({ from: '2026-10-03', to: '2026-10-03', metrics: [m] }, 't');
    console.log(m, Math.round(t2 - t), 'ms compute', Math.round(performance.now() - t2), 'ms with record', JSON.stringify({ ...r.data[0], drift: 0, amounts: 0 }).slice(0, 300));
  }
  await shop.close();
  expect(1).toBe(1);
}, 300000);

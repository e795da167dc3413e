// An Express shop that records first touches. Start the service (`npm start`, which builds it), make a key with its settings, then run the shop:
//   npx truth-ledger keys create --name shop --scope events:write --origin /landing --origin /shop
//   API_KEY=… node examples/express-shop/server.mjs http://127.0.0.1:3000
//   open http://127.0.0.1:8080/?utm_source=google&utm_medium=cpc
import { createLanding } from 'truth-ledger/landing';
import { consentOf, createShop } from './shop.mjs';

const url = process.argv[2] ?? 'http://127.0.0.1:3000';
const key = process.env.API_KEY ?? '';
const landing = createLanding({
  url,
  key,
  consent: consentOf,
  onDropped: (reason, { type, id }) => console.warn(`${type} ${id} was not recorded: ${reason}`),
});

/** Tells the ledger of something and throws when it did not take it: the id makes a repetition count once. */
async function tell(type, id, data) {
  const event = { specversion: '1.0', id, source: '/shop', type, time: new Date().toISOString(), data };
  const answer = await fetch(new URL('/v1/events', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw new Error(`${type}: ${answer.status} ${await answer.text()}`);
}

const server = createShop({ landing, tell }).listen(8080, '127.0.0.1', () => console.log('http://127.0.0.1:8080'));
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    server.close();
    void landing.flush().then(() => process.exit(0));
  });

// Tells a running service of an order, as a shop's back end would. Needs Node 20 and nothing else.
//   API_KEY=… node examples/send-order.mjs http://127.0.0.1:3000
const base = process.argv[2] ?? 'http://127.0.0.1:3000';
const order = {
  specversion: '1.0',
  id: 'order-1001-placed', // the same id for every retry: then it counts once
  source: '/orders',
  type: 'order.placed',
  time: '2026-10-03T10:15:00Z',
  data: {
    order_id: '1001',
    user_id: 'u1',
    total: { amount_minor: '4990', currency: 'EUR', tax: '797', shipping: '490' },
  },
};
const answer = await fetch(new URL('/v1/events', base), {
  method: 'POST',
  headers: { authorization: `Bearer ${process.env.API_KEY}`, 'content-type': 'application/cloudevents+json' },
  body: JSON.stringify(order),
});
console.log(answer.status, await answer.text());

// Sends the planned deliveries through the real doors: signed, in batches as SDKs make them, with a few requests in flight.
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { posthogBody, segmentBody } from './client-bodies.mjs';

const IN_FLIGHT = 24;
const BATCH_SIZES = [1, 30, 1, 12, 50]; // events of own services: some alone, some together
const ATTEMPTS_MAX = 30;

/** Stripe's signature header for a body, made now. */
export function stripeSignature(body, secret, nowMs) {
  const t = Math.floor(nowMs / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

/** An HTTP client of one service. `request` resolves with `{ status, headers, body }`, whatever the status. */
export function clientOf(base, apiKey) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const request = (method, path, { headers = {}, body, authorise = false } = {}) =>
    new Promise((resolve, reject) => {
      const bytes =
        body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const req = http.request(new URL(path, base), {
        method,
        agent,
        timeout: 30_000,
        headers: {
          ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}),
          ...(authorise ? { authorization: `Bearer ${apiKey}` } : {}),
          ...headers,
        },
      });
      req.on('response', (res) => {
        const chunks = [];
        res.on('data', (chunk) => chunks.push(chunk));
        res.on('end', () =>
          resolve({ status: res.statusCode, headers: res.headers, body: parsed(Buffer.concat(chunks).toString()) }),
        );
        res.on('error', reject);
      });
      req.on('timeout', () => req.destroy(new Error(`${method} ${path} was not answered within 30 seconds`)));
      req.on('error', reject);
      req.end(bytes);
    });
  const expectOk = async (method, path, options) => {
    const answer = await request(method, path, { ...options, authorise: true });
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    base,
    request,
    get: (path) => expectOk('GET', path),
    post: (path, body) => expectOk('POST', path, { body }),
    close: () => agent.destroy(),
  };
}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Deliveries to requests: events of own services are put together, everything else goes alone. Keeps their order. */
export function requestsOf(deliveries) {
  const requests = [];
  let batch = [];
  let size = 0;
  const flush = () => {
    if (batch.length > 0)
      requests.push({ door: 'events', events: batch.map((delivery) => delivery.event), count: batch.length });
    batch = [];
    size += 1;
  };
  for (const delivery of deliveries) {
    if (delivery.door !== 'events') requests.push({ ...delivery, count: 1 });
    else if (batch.push(delivery) >= BATCH_SIZES[size % BATCH_SIZES.length]) flush();
  }
  flush();
  return requests;
}

/**
 * @param client of `clientOf`
 * @param secrets `{ apiKey, webhookSecret, writeKey }`
 * @param onSent called with the number of deliveries after each request
 * @returns how the doors answered: `{ requests, recorded, duplicates, retries }`
 */
export async function send(client, deliveries, secrets, onSent = () => {}) {
  const requests = requestsOf(deliveries);
  const totals = { requests: requests.length, recorded: 0, duplicates: 0, retries: 0 };
  let next = 0;
  const worker = async () => {
    while (next < requests.length) {
      const request = requests[next++];
      await sendOne(client, request, secrets, totals);
      onSent(request.count);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return totals;
}

async function sendOne(client, request, secrets, totals) {
  for (let attempt = 1; ; attempt++) {
    const { path, ...options } = httpOf(request, secrets, Date.now());
    const answer = await client.request('POST', path, options);
    if (answer.status < 300) return count(answer, request, totals);
    const again = answer.status === 429 || answer.status === 503;
    if (!again || attempt >= ATTEMPTS_MAX)
      throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    totals.retries += 1;
    await pause(Math.min(Number(answer.headers['retry-after'] ?? 1), 5) * 1000);
  }
}

function httpOf(request, { apiKey, webhookSecret, writeKey }, now) {
  switch (request.door) {
    case 'stripe':
      return {
        path: '/webhooks/stripe',
        body: request.body,
        headers: { 'stripe-signature': stripeSignature(request.body, webhookSecret, now) },
      };
    case 'events': {
      const one = request.events.length === 1;
      const headers = {
        authorization: `Bearer ${apiKey}`,
        'content-type': one ? 'application/cloudevents+json' : 'application/cloudevents-batch+json',
      };
      return { path: '/v1/events', body: one ? request.events[0] : request.events, headers };
    }
    case 'segment':
      return {
        path: '/v1/batch',
        body: segmentBody(request, writeKey, now),
        headers: {
          authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
          'user-agent': request.visitor.userAgent,
        },
      };
    default:
      return {
        path: '/batch/',
        body: posthogBody(request, writeKey, now),
        headers: { 'user-agent': request.visitor.userAgent },
      };
  }
}

function count({ status, body }, request, totals) {
  if (request.door === 'events' && request.events.length > 1) {
    for (const result of body.results) {
      if (result.outcome === 'recorded') totals.recorded += 1;
      else if (result.outcome === 'duplicate') totals.duplicates += 1;
      else throw new Error(`an event was refused: ${JSON.stringify(result)}`);
    }
  } else if (status === 202) totals.recorded += 1;
  else if (request.door !== 'posthog') totals.duplicates += 1;
}

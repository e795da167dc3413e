import { describe, expect, it } from '@jest/globals';
import { asRefusal, NASTY, victim } from '../support/hostile.js';
import { call, KEYS } from '../support/service-process.js';
import { bearer } from '../support/traffic.js';

const { url, leavesNothing, isUnharmed } = victim();

describe('S27: questions that cost too much, and addresses that are none', () => {
  const get = (where: string) =>
    call(url() + where, { method: 'GET', headers: { authorization: `Bearer ${KEYS.api}` } });
  it.each([
    '/v1/metrics/orders?from=1926-01-01&to=2026-01-01',
    '/v1/metrics/orders?from=2026-10-02&to=2026-10-01',
    '/v1/metrics/orders?from=2026-02-30&to=2026-03-01',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&group_by=source,source,source,source,source,source,source',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&group_by=email',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&group_by=*',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&interval=second',
    '/v1/metrics/orders?from=2026-10-01&from=2026-10-01&to=2026-10-02',
    '/v1/metrics/orders?from[$gt]=2026-10-01&to=2026-10-02',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&as_of=99999999999999999999',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&as_of=2026-02-30T10:00:00Z',
    '/v1/books/trial-balance?from=2026-10-01&to=2026-10-02&as_of=',
    '/v1/ledger/proofs/consistency?from=&to=',
    '/v1/markers?from=2026-11-31T10:00:00Z',
    '/v1/metrics/orders?from=2026-10-01&to=2026-10-02&currency=%27%20or%201=1',
    '/v1/metrics/orders/contributions?from=1926-01-01&to=2026-01-01',
    '/v1/ledger/entries?limit=1000000000',
    '/v1/ledger/entries?limit=0',
    '/v1/ledger/entries?limit=-1',
    '/v1/ledger/entries?limit=1e9',
    '/v1/ledger/entries?cursor=%00',
    '/v1/ledger/entries?cursor=x%27%3B--',
    '/v1/ledger/entries?cursor=99999999999999999999999',
    '/v1/dead-letters?limit=1000000000',
    '/v1/dead-letters?cursor=abc',
    '/v1/dead-letters?resolved=perhaps',
    '/v1/reconciliations?from=1926-01-01&to=2026-01-01',
    '/v1/reconciliations?cursor=%7B%7D',
    '/v1/reconciliations/2026-13-01/collector/orders',
    '/v1/attribution?metric=signups&from=1926-01-01&to=2026-01-01',
    '/v1/funnel?from=2026-10-01',
    '/v1/ledger/entries/not-an-id',
  ])('given GET %s, then 400', async (where) => {
    expect(asRefusal(await get(where)).status).toBe(400);
  });

  it.each(
    NASTY.filter((text) => text.isWellFormed()).map((text) => [encodeURIComponent(text).slice(0, 40), text] as const),
  )('given %s in every place of every question, then a 4xx or an answer', async (_, text) => {
    const value = encodeURIComponent(text);
    for (const where of [
      ...[
        `/v1/metrics/${value}?from=2026-10-01&to=2026-10-02`,
        `/v1/metrics/orders?from=${value}&to=${value}`,
        `/v1/customers/${value}`,
      ],
      ...[
        `/v1/metrics/orders?from=2026-10-01&to=2026-10-02&currency=${value}`,
        `/v1/metrics/orders/contributions?day=${value}`,
      ],
      ...[
        `/v1/ledger/entries?type=${value}&origin=${value}&stream=${value}`,
        `/v1/ledger/entries?cursor=${value}`,
        `/v1/ledger/entries/${value}`,
      ],
      ...[
        `/v1/ledger/entries/${value}/proof`,
        `/v1/dead-letters?reason=${value}`,
        `/v1/dead-letters?cursor=${value}`,
        `/v1/dead-letters/${value}`,
        `/problems/${value}`,
      ],
      ...[
        `/v1/reconciliations?source=${value}&metric=${value}`,
        `/v1/reconciliations?cursor=${value}`,
        `/v1/reconciliations/${value}/${value}/${value}`,
      ],
      ...[
        `/v1/reconciliations/2026-10-01/${value}/orders?currency=${value}`,
        `/v1/attribution?metric=${value}&from=2026-10-01&to=2026-10-02`,
      ],
      ...[`/${value}`, `/v1/${value}`, `/health/ready?${value}=${value}`, `/array/${value}/config`],
    ]) {
      const answer = await get(where);
      expect([where, answer.status < 500]).toEqual([where, true]);
      if (answer.status >= 400) asRefusal(answer);
    }
    const body = JSON.stringify({ of: text });
    const answer = await call(`${url()}/v1/customers/find`, { headers: bearer('application/json'), body });
    expect([400, 404]).toContain(asRefusal(answer).status);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'])(
    'given %s at a door for POST and at no address, then 404 or 405',
    async (method) => {
      for (const path of [
        '/webhooks/stripe',
        '/v1/events',
        '/nowhere',
        '/v1/nowhere',
        '//',
        '/..%2f',
        '/v1/events/../events/x',
      ]) {
        const { status } = await leavesNothing(() =>
          call(url() + path, { method, headers: { authorization: `Bearer ${KEYS.api}` } }),
        );
        expect([method, path, status, status >= 404 && status <= 405]).toEqual([method, path, status, true]);
      }
    },
  );

  it('given POST with bodies that are no questions, then 4xx', async () => {
    for (const body of [
      '',
      '[]',
      'null',
      '{}',
      '{"from":1}',
      '{"from":"1926-01-01","to":"2026-01-01"}',
      '{"from":"2026-10-01","to":"2026-10-01","metrics":[]}',
      '{"from":"2026-10-01","to":"2026-10-01","sql":"x"}',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    ])
      expect(
        asRefusal(
          await leavesNothing(() => call(`${url()}/v1/reconciliations`, { headers: bearer('application/json'), body })),
        ).status,
      ).toBe(400);
  });
});

describe('after all of that', () => {
  it('the same process serves on, has written no error, and its read model follows the ledger', () => isUnharmed());
});

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { unzipSync } from 'fflate';
import { ApiKeys } from '../../src/app/auth/api-keys.js';
import { postgresKeyStore } from '../../src/app/auth/key-store.js';
import { exportFormats } from '../../src/close/exports/index.js';
import { chargeSucceeded, refundCreated, signedUp } from '../fixtures/shop-events.js';
import { line } from '../support/books-given.js';
import { openedPack } from '../support/pack-files.js';
import { type Json, RunningService } from '../support/running-service.js';
import { temporaryFolder } from '../support/test-cluster.js';

const EMAIL = 'greta.garbo@example.com';
let shop: RunningService;
const keys: Record<string, string> = {};

beforeAll(async () => {
  const parts = { tieOuts: { state: () => Promise.resolve([]) } };
  shop = await RunningService.start({ now: '2026-08-01T12:00:00Z', parts });
  const store = new ApiKeys(postgresKeyStore(shop.service.database.pool), shop.time.now, undefined);
  for (const name of ['Alice', 'Bob']) keys[name] = (await store.create({ name, scopes: ['finance', 'read'] })).token;
  await shop.events(signedUp('2026-07-02T08:00:00Z', 'u1', { email: EMAIL }));
  for (const [at, amount] of [10_000, 4_050].entries()) {
    const transaction = line(`txn_${at}`, '2026-07-30T10:01:00Z', 'charge', amount, 300);
    const more = { currency: 'eur', balance_transaction: transaction, receipt_email: EMAIL };
    await shop.stripeAll([chargeSucceeded('2026-07-30T10:00:00Z', `ch_${at}`, amount, more)]);
  }
  await shop.catchUp();
});
afterAll(() => shop.stop());

/** What Stripe states of the two charges. */
const REPORT = (() => {
  const rows = [
    'balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id',
    'txn_0,2026-07-30 10:01:00,eur,100.00,3.00,97.00,charge,ch_0',
    'txn_1,2026-07-30 10:01:00,eur,40.50,3.00,37.50,charge,ch_1',
  ];
  const text = `${rows.join('\n')}\n`;
  return { text, digest: createHash('sha256').update(text).digest('hex') };
})();

const download = async (address: string) => {
  const reply = await fetch(shop.url + address, { headers: { authorization: `Bearer ${keys['Bob']!}` } });
  const { status, headers } = reply;
  return { status, headers, bytes: Buffer.from(await reply.arrayBuffer()) };
};
const act = async (who: string, step: string, body: Json): Promise<Json> => {
  const headers = { authorization: `Bearer ${keys[who]!}` };
  const reply = await shop.send('POST', `/v1/periods/2026-07/${step}`, body, headers);
  if (reply.status !== 200) throw new Error(`${step}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body as Json;
};
/** The pack as the service gives it, and what the verifier says of it. */
async function pack(query = '') {
  const { status, headers, bytes } = await download(`/v1/periods/2026-07/pack${query}`);
  const file = path.join(temporaryFolder('truth-ledger-pack-'), 'pack.zip');
  writeFileSync(file, bytes);
  return { status, headers, files: unzipSync(bytes), report: await openedPack(file) };
}

describe('what is taken away of a period', () => {
  it('given an open period, then its journal comes in every format, each with the sums of the journal', async () => {
    const { data } = (await shop.get('/v1/periods/2026-07/journal')) as { data: Json[] };
    expect(data.length).toBeGreaterThan(3);
    for (const { name, extension } of exportFormats) {
      const { status, headers, bytes } = await download(`/v1/periods/2026-07/journal?format=${name}`);
      expect([name, status, bytes.length > 100]).toEqual([name, 200, true]);
      expect(headers.get('content-disposition')).toBe(`attachment; filename="journal-2026-07-${name}.${extension}"`);
    }
    const csv: Json[] = parse((await download('/v1/periods/2026-07/journal?format=csv')).bytes, { columns: true });
    expect(csv.map((row) => [row.entry_id, row.account, row.amount_minor, row.currency])).toEqual(
      data.map((row) => [row.entry, row.account, row.amount_minor, row.currency]),
    );
    expect(csv[0]).toMatchObject({
      received_time: expect.stringMatching(/^2026-08-01T/),
      source_event_id: expect.anything(),
    });
    const hledger = (await download('/v1/periods/2026-07/journal?format=hledger')).bytes.toString();
    expect(hledger).toContain('assets:1100 Stripe clearing');
  });

  it('given a question that is wrong, then it is refused before anything is sent', async () => {
    for (const [query, status] of [
      ['format=excel', 400],
      ['format=csv&version=3', 404],
      ['format=csv&currency=euro', 400],
    ] as const)
      expect([query, (await download(`/v1/periods/2026-07/journal?${query}`)).status]).toEqual([query, status]);
    expect((await download('/v1/periods/2026-P10/pack')).status).toBe(404);
    expect((await download('/v1/periods/2026-07/pack?bodies=open')).status).toBe(400);
    expect((await fetch(`${shop.url}/v1/periods/2026-07/pack`)).status).toBe(401);
  });

  it('given an open period, then its pack verifies, and nothing in it names a person', async () => {
    const { status, headers, files, report } = await pack();
    expect([status, headers.get('content-type')]).toEqual([200, 'application/zip']);
    expect([report.integrity.findings, report.completeness.findings, report.container.is]).toEqual([[], [], 'signed']);
    expect(report).toMatchObject({ ok: true, period: '2026-07', state: 'open' });
    for (const [name, bytes] of Object.entries(files))
      expect([name, Buffer.from(bytes).toString().toLowerCase().includes(EMAIL)]).toEqual([name, false]);
    expect(report['signed_by']).toBe(((await shop.get('/v1/ledger/key')) as Json).fingerprint);
  });

  it('given a closed period, then the pack proves what the close stored, and stays the same whatever comes later', async () => {
    const query = 'provider=stripe&kind=balance_itemised&from=2026-07-01&to=2026-07-31';
    const headers = { authorization: `Bearer ${keys['Alice']!}`, 'content-type': 'text/csv' };
    const uploaded = await fetch(`${shop.url}/v1/provider-reports?${query}`, {
      ...{ method: 'POST', headers, body: REPORT.text },
    });
    expect(uploaded.status).toBe(202);
    await act('Alice', 'tie-out', {});
    const { proposal } = await act('Alice', 'propose', { force: 'the first month' });
    await act('Bob', 'approve', { digest: proposal.digest });
    await act('Alice', 'close', {});
    const closed = await pack();
    expect([closed.report.integrity.findings, closed.report.completeness.findings]).toEqual([[], []]);
    expect(closed.report).toMatchObject({ ok: true, state: 'closed', version: 1 });
    const parameters = JSON.parse(Buffer.from(closed.files['parameters.json']!).toString()) as Json;
    const statements = JSON.parse(Buffer.from(closed.files['statements.json']!).toString()) as Json;
    expect(statements).toMatchObject({
      ...{ period: '2026-07', stored: true },
      roll_forward: [{ account: '1100', currency: 'EUR', opening_minor: '0', closing_minor: '13450' }],
      revenue: [{ currency: 'EUR', bridged_minor: '14050', journal_minor: '14050', unexplained_minor: '0' }],
    });
    expect(JSON.parse(Buffer.from(closed.files['tie-out.json']!).toString())).toMatchObject({
      results: [{ period: '2026-07', provider: 'stripe', status: 'tied', reports: [{ sha256: REPORT.digest }] }],
      closed: { period: '2026-07', version: 1 },
    });
    expect(parameters).toMatchObject({ digest: proposal.digest, as_of: proposal.up_to, time_zone: 'UTC' });

    await shop.stripeAll([refundCreated('2026-07-31T10:00:00Z', 're_1', 'ch_0', 1_000, { currency: 'eur' })]);
    await shop.catchUp();
    const later = await pack();
    expect(later.report.ok).toBe(true);
    for (const name of ['journal.jsonl', 'totals.json', 'statements.json', 'tie-out.json', 'entries/000001.jsonl'])
      expect([name, later.files[name]]).toEqual([name, closed.files[name]]);
    expect((await pack('?version=1&bodies=withheld')).report).toMatchObject({ ok: true, withheld: 3 });
  });

  it('given two sizes of the ledger, then the later proves to continue the earlier, and a size not sealed is refused', async () => {
    const { data } = (await shop.get('/v1/ledger/checkpoints')) as { data: Json[] };
    const size = data.at(-1)!.size as number;
    const proof = (await shop.get(`/v1/ledger/proofs/consistency?from=2&to=${size}`)) as Json;
    expect(proof).toMatchObject({ from: { size: 2 }, to: { size, root: data.at(-1)!.root } });
    const refused = await shop.send('GET', `/v1/ledger/proofs/consistency?from=1&to=${size + 500}`);
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
  });
});

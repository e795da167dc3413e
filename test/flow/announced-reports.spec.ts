import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { AnnouncedReports } from '../../src/close/tie-out/announced-reports.js';
import { createTieOuts, type TieOutStage } from '../../src/close/create-tie-outs.js';
import { ProviderReports } from '../../src/close/tie-out/provider-reports.js';
import { announcedReports } from '../../src/ingest/providers/adyen/announced-reports.js';
import { reportKinds } from '../../src/ingest/providers/index.js';
import { Zone } from '../../src/kernel/day.js';
import { adyenDelivery, type Doors, notification, openDoors } from '../support/doors.js';
import { type SettledLine, settlementFile } from '../support/report-entries.js';

const NOW = new Date('2026-11-02T10:00:00Z');
const USER = 'report@Company.Harbour:quay:side';
const line = (type: string, net: string, batch: number): SettledLine => ({
  ...{ type, net, batch, day: '2026-10-30', psp: 'PSP1', modification: `M${batch}${type}`, account: 'HarbourECOM' },
});
const ELSEWHERE = '/elsewhere.csv';
/** What Adyen has, by path; a number is a status. */
const files = new Map<string, string | number>();
const asked: { path: string; authorization: string | undefined }[] = [];

let doors: Doors;
let adyen: http.Server;
let reports: ProviderReports;
let announced: AnnouncedReports;
let tieOuts: TieOutStage;

beforeAll(async () => {
  doors = await openDoors();
  adyen = http.createServer((request, response) => {
    asked.push({ path: request.url!, authorization: request.headers.authorization });
    const file = files.get(request.url!) ?? 404;
    if (file === 302) response.setHeader('location', ELSEWHERE);
    response.writeHead(typeof file === 'number' ? file : 200).end(typeof file === 'number' ? '' : file);
  });
  await new Promise<void>((resolve) => adyen.listen(0, '127.0.0.1', resolve));
  const apiBase = `http://127.0.0.1:${(adyen.address() as AddressInfo).port}`;
  const { database, vault, ledger } = doors;
  const clock = (): Date => NOW;
  reports = new ProviderReports({
    ...{ database, vault, clock, kinds: reportKinds },
    keepObjects: (provider, { objects }) => doors.ingest.imports.rows(provider, objects),
  });
  const fetch = announcedReports.open({ apiKey: USER, apiBase });
  announced = new AnnouncedReports({
    ...{ database, ledger, reports, clock, sources: [{ source: announcedReports, fetch }] },
  });
  tieOuts = createTieOuts({
    ...{ database, ledger, reports, clock, zone: new Zone('UTC'), statement: () => undefined },
    contentMac: (value) => createHmac('sha256', 'test').update(JSON.stringify(value)).digest(),
    caughtUp: () => Promise.resolve(0),
    announced,
  });
});
afterAll(async () => {
  adyen.closeAllConnections();
  await new Promise((resolve) => adyen.close(resolve));
  await doors.close();
});

const REASON = 'https://evil.example/reports/download/MerchantAccount/HarbourECOM/x.csv';
async function announce(name: string, more: Record<string, unknown> = {}, live = 'true'): Promise<void> {
  const item = {
    ...{ eventCode: 'REPORT_AVAILABLE', success: 'true', pspReference: name, merchantAccountCode: 'HarbourECOM' },
    ...{ merchantReference: '', amount: { value: 0, currency: 'EUR' }, eventDate: '2026-10-31T06:00:00Z' },
    ...{ reason: REASON, ...more },
  };
  const outcomes = await doors.ingest.webhook('adyen', adyenDelivery(notification([item], live)));
  expect(outcomes).toMatchObject([{ outcome: 'recorded' }]);
}
const PATH = '/reports/download/MerchantAccount/HarbourECOM/settlement_detail_report_batch_';
const missing = async (): Promise<unknown[]> => (await announced.missing()).map(({ name, error }) => [name, error]);

describe('reports that Adyen says it has made', () => {
  it('given announcements, when the ledger is read, twice at once, then what can be read here is known, once', async () => {
    await announce('settlement_detail_report_batch_7.csv');
    await announce('settlement_detail_report_batch_8_20261031.csv');
    await announce('payments_accounting_report_2026_10_31.csv');
    await announce('settlement_detail_report_batch_9.csv', { success: 'false' });
    await announce('settlement_detail_report_batch_9.csv', {}, 'false');
    await announce('settlement_detail_report_batch_9.csv', { merchantAccountCode: '..' });
    await Promise.all([announced.note(), announced.note()]);
    await announced.note();
    expect(await missing()).toEqual([
      ['settlement_detail_report_batch_7.csv', null],
      ['settlement_detail_report_batch_8_20261031.csv', null],
    ]);
  });

  it('given one is handed over, then it is missing no more', async () => {
    const bytes = Buffer.from(settlementFile(line('Settled', '10.00', 8), line('MerchantPayout', '-10.00', 8)));
    await reports.add({ provider: 'adyen', kind: 'settlement_details', bytes }, 'key:finance');
    expect(await missing()).toEqual([['settlement_detail_report_batch_7.csv', null]]);
  });

  it('given a month of which one is missing, then it is not tied out, and the report is named', async () => {
    const beyond = Buffer.from(settlementFile({ ...line('Settled', '5.00', 9), day: '2026-11-01' }));
    await reports.add({ provider: 'adyen', kind: 'settlement_details', bytes: beyond }, 'key:finance');
    const [result] = await tieOuts.run('2026-10', { actor: 'key:finance', correlationId: 'test' });
    expect(result).toMatchObject({
      status: 'pending',
      reason: 'settlement_detail_report_batch_7.csv of HarbourECOM, announced on 2026-10-31, is not here.',
    });
  });

  it.each<[string, string | number | undefined, string]>([
    ['it is not there yet', undefined, 'Adyen answered 404.'],
    ['the user may not read it', 403, 'Adyen answered 403: the user of ADYEN_REPORT_USER may not read it.'],
    ['it is somewhere else', 302, 'Adyen did not answer, or sent elsewhere.'],
    [
      'it is another batch',
      settlementFile(line('Settled', '1.00', 6)),
      'The file is not that of adyen_batch_HarbourECOM_7: it has lines of adyen_batch_HarbourECOM_6.',
    ],
    [
      'it cannot be read',
      'Psp Reference\nPSP1\n',
      'settlement_detail_report_batch_7.csv: "merchant account" is not among the headings.',
    ],
  ])('given %s, when it is fetched, then it stays missing and says why', async (_, file, error) => {
    files.clear();
    files.set(ELSEWHERE, settlementFile(line('Settled', '30.00', 7)));
    if (file !== undefined) files.set(`${PATH}7.csv`, file);
    expect(await announced.fetch('system')).toEqual({ kept: 0, failed: 1 });
    expect(await missing()).toEqual([['settlement_detail_report_batch_7.csv', error]]);
  });

  it('given it is there, when it is fetched, then it is kept, with its lines in the ledger, from nowhere but where the operator said', async () => {
    files.set(`${PATH}7.csv`, settlementFile(line('Settled', '30.00', 7), line('MerchantPayout', '-30.00', 7)));
    const before = await doors.ledger.head();
    expect(await announced.fetch('system')).toEqual({ kept: 1, failed: 0 });
    expect(await missing()).toEqual([]);
    const { entries } = await doors.ledger.readFeed(before, 10);
    expect(entries.map(({ type, account }) => [type, account])).toEqual([
      ['adyen.object.settlement_line', ''],
      ['adyen.object.settlement_line', ''],
    ]);
    const fetched = (await reports.list({ provider: 'adyen' })).filter(({ actor }) => actor === 'system');
    expect(fetched.map(({ lines }) => lines)).toEqual([2]); // nothing of the file of the other batch was kept
    expect(await announced.fetch('system')).toEqual({ kept: 0, failed: 0 });
    const authorization = `Basic ${Buffer.from(USER).toString('base64')}`;
    expect(new Set(asked.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ path: `${PATH}7.csv`, authorization })]),
    );
  });

  it('given the batch that goes on from the month is announced and not here, then the month waits for it, also when it was tied out before; the ones behind it are no matter of the month', async () => {
    const october = { id: '2026-10', from: '2026-10-01', to: '2026-10-31' };
    const after = (day: number) => ({ eventDate: `2026-11-0${day}T20:00:00Z` });
    const far = settlementFile({ ...line('Settled', '2.00', 12), day: '2026-11-02' });
    await reports.add({ provider: 'adyen', kind: 'settlement_details', bytes: Buffer.from(far) }, 'key:finance');
    const [tied] = await tieOuts.run(october.id, { actor: 'key:finance', correlationId: 'test' });
    expect(tied!.status).not.toBe('pending');
    await announce('settlement_detail_report_batch_10.csv', after(1));
    await announce('settlement_detail_report_batch_11.csv', after(2));
    await announced.note();
    expect((await tieOuts.state(october)).map(({ status }) => status)).toContain('pending');
    const [waits] = await tieOuts.run(october.id, { actor: 'key:finance', correlationId: 'test' });
    expect(waits).toMatchObject({ status: 'pending', reason: expect.stringContaining('batch_10.csv of HarbourECOM') });
    expect(waits!.reason).not.toContain('batch_11');
  });

  it('given a round that is cancelled, then what was not begun is tried the next time', async () => {
    const cancelled = new Error('cancelled');
    await expect(announced.fetch('system', () => Promise.reject(cancelled))).rejects.toBe(cancelled);
    expect(await announced.missing()).toHaveLength(2);
  });
});

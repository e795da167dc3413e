import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signedUp } from '../fixtures/shop-events.js';
import { RunningService, type Json } from '../support/running-service.js';

const PATH = '/v1/ledger/verifications';

let shop: RunningService;
beforeAll(async () => {
  shop = await RunningService.start({ now: '2026-10-05T12:00:00.000Z' });
  await shop.events(...['u1', 'u2', 'u3'].map((user) => signedUp('2026-10-03T09:00:00.000Z', user)));
  await shop.catchUp();
});
afterAll(() => shop.stop());

/** Has everything verified by the jobs, and gives the verdict. */
async function verified(): Promise<Json> {
  const before = ((await shop.get(PATH)).data as Json[]).length;
  expect(await shop.send('POST', PATH, {})).toMatchObject({ status: 202, body: { job_id: 'verify-asked' } });
  for (;;) {
    const { data } = await shop.get(PATH);
    if (data.length > before) return data[0] as Json;
    await pause(20);
  }
}

/** Changes a row as somebody with the disk in hand could. */
const tamper = (sql: string) =>
  shop.service.database.pool.query(
    `alter table ledger.entries disable trigger all; ${sql}; alter table ledger.entries enable always trigger append_only`,
  );

describe('verifying over HTTP', () => {
  it('given nothing was done to the ledger, then its verdict says so, and stands in the ledger', async () => {
    while ((await shop.service.seal.state()).lag > 0) await pause(20);
    const verdict = await verified();
    expect(verdict).toMatchObject({
      ok: true,
      actor: 'key:admin',
      ledger: { ok: true, count: 0 },
      model: { ok: true },
    });
    const entry = await shop.get('/v1/ledger/entries?type=LedgerVerified');
    expect(entry.data).toMatchObject([{ type: 'LedgerVerified', position: verdict['position'] }]);
  });

  it('given a seal that is asked for, then the ledger and the witness file have it, and the verdict holds the entry against the tree', async () => {
    expect(await shop.send('POST', '/v1/ledger/checkpoints', {})).toMatchObject({
      ...{ status: 202, body: { job_id: 'seal-asked' } },
    });
    const entered = async () => (await shop.get('/v1/ledger/entries?type=LedgerSealed')).data as Json[];
    while ((await entered()).length === 0) await pause(20);
    const [{ position, actor, body }] = (await entered()) as [Json];
    const { size, root } = body.checkpoint as { size: number; root: string };
    expect([size, actor]).toEqual([Number(position) - 1, 'key:admin']);
    const note = `\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`;
    while (!(await readFile(path.join(shop.service.config.dataDir, 'checkpoints.log'), 'utf8')).includes(note))
      await pause(20);
    expect(await verified()).toMatchObject({ ok: true, ledger: { ok: true, entered: 1 } });
  });

  it('given a process without the witness file, then it tells what one that has it has found within a day', async () => {
    const { seal, config, database } = shop.service;
    const file = path.join(config.dataDir, 'checkpoints.log');
    const { notes } = await seal.compare();
    expect(notes).toBeGreaterThan(0);
    await rename(file, `${file}.away`);
    expect(await seal.verify()).toMatchObject({ ok: true, witnessed: notes });
    const cut = [{ verdict: 'truncation', position: 99, detail: 'The ledger has no seal of size 99.' }];
    await database.pool.query(`update ledger.witness_comparisons set findings = $1, count = 1`, [JSON.stringify(cut)]);
    expect(await seal.verify()).toMatchObject({ ok: false, witnessed: notes, count: 1, findings: cut });
    await database.pool.query(`update ledger.witness_comparisons set at = at - interval '26 hours'`);
    expect(await seal.verify()).toMatchObject({ ok: true, witnessed: 0, findings: [] });
    await rename(`${file}.away`, file);
  });

  it('given somebody changed an entry and a row of the numbers, then the verdict names the entry', async () => {
    await tamper(`update ledger.entries set occurred_at = occurred_at + interval '1 day' where position = 2`);
    await shop.service.database.pool.query('update model.daily set value = value + 1');
    const { ok, ledger, model } = await verified();
    expect([ok, ledger.ok, model.ok]).toEqual([false, false, false]);
    expect(ledger.findings).toMatchObject([{ verdict: 'edit', position: 2 }]);
    expect(Object.values(model.differences)).not.toEqual([]);
  });
});

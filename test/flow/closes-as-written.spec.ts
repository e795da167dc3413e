import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyCloses } from '../../src/close/period/verify-closes.js';
import { ClosingScene, paid, refunded, signUp } from '../support/closing-scene.js';

let scene: ClosingScene;
const sql = (text: string) => scene.at.database.pool.query(text);
const FORGED = `insert into close.closings
  select '2026-10', 1, '2026-10-01', '2026-10-31', up_to, digest, model_version, header, 99, closed_at
  from close.closings where period = '2026-08'`;

beforeEach(async () => {
  scene = await ClosingScene.open();
  scene.books.post('stripe:p1', '2026-08-04', 500n, { position: 1 });
  await scene.record([signUp('u1', '2026-08-03')], [paid('u1', 'p1', '2026-08-04', 500)]);
  await scene.closes('2026-08');
  await scene.record([refunded('p1', '2026-08-05', 200)]);
  scene.books.post('stripe:r1', '2026-08-05', -200n, { position: await scene.at.ledger.head() });
  await scene.closes('2026-09');
  await scene.reopens('2026-09');
  await scene.closes('2026-09');
});
afterEach(() => scene.stop());

describe('what is answered of closed periods, held against the ledger', () => {
  it('given nobody touched it, then nothing differs, closes that were reopened included, and nothing is changed by looking', async () => {
    expect(await scene.close.verify()).toEqual({ counts: {}, findings: [] });
    expect(await scene.close.verify()).toEqual({ counts: {}, findings: [] });
    expect(await scene.close.rebuild()).toBe(3);
  });

  it.each<[string, string, Record<string, number>]>([
    ['a number', `update close.rows set value = 600 where metric = 'revenue_gross'`, { closed_rows: 1 }],
    [
      'a line of the journal',
      `update close.lines set line = jsonb_set(line, '{amount_minor}', '"501"') where period = '2026-08' and ordinal = 0`,
      { closed_lines: 1 },
    ],
    [
      'an adjustment away',
      `delete from close.adjustments where version = 2 and metric = 'refunds'`,
      { closed_adjustments: 1 },
    ],
    [
      'when it was closed',
      `update close.closings set closed_at = '2026-09-01' where period = '2026-08'`,
      { closed_closings: 1 },
    ],
    ['a reopening', `update close.closings set reopened_position = null where version = 1`, { closed_closings: 1 }],
    ['a close in', FORGED, { closed_closings: 1 }],
  ])('given somebody with the database put %s, then it is found', async (_, change, counts) => {
    await sql(change);
    const found = await scene.close.verify();
    expect(found.counts).toEqual(counts);
    for (const { detail } of found.findings) expect(detail).toMatch(/2026-(08|09|10)@[12]/);
  });

  it('given a close was taken out of the tables, then its rows are missing', async () => {
    for (const table of ['rows', 'adjustments', 'lines', 'closings'])
      await sql(`delete from close.${table} where period = '2026-09' and version = 2`);
    expect((await scene.close.verify()).counts).toMatchObject({ closed_closings: 1, closed_lines: 2 });
  });

  it('given the entries that a close stored were changed, then that is told, and not taken for its rows', async () => {
    await sql('alter table ledger.entries disable trigger all');
    await sql(`update ledger.entries set body = replace(body, '"500"', '"600"') where type = 'CloseContents'`);
    expect((await scene.close.verify()).counts).toMatchObject({ close_contents: expect.any(Number) });
  });

  it.each<[string, () => Promise<void>]>([
    ['a close is made', () => scene.closes('2026-10')],
    ['a close is reopened', () => scene.reopens('2026-09')],
  ])('given %s while all are compared, then nothing differs, as nobody touched it', async (_, meanwhile) => {
    const { deps } = scene;
    const made = async () => {
      const all = await deps.closings.made();
      await meanwhile();
      return all;
    };
    const { closings } = deps;
    const watched: Pick<typeof closings, 'made' | 'madeOf' | 'unknown'> = {
      made,
      madeOf: (period) => closings.madeOf(period),
      unknown: (known) => closings.unknown(known),
    };
    expect(await verifyCloses({ ...deps, closings: watched })).toEqual({ counts: {}, findings: [] });
  });
});

describe('making the tables of closes anew', () => {
  it('given a close that the ledger does not have, then it is taken out, and the others are as they were made', async () => {
    await sql(FORGED);
    await sql(
      `insert into close.lines select '2026-10', version, ordinal, origin_day, line from close.lines where period = '2026-08'`,
    );
    await sql(`update close.rows set value = 600`);
    expect(await scene.close.rebuild()).toBe(3);
    expect(await scene.close.verify()).toEqual({ counts: {}, findings: [] });
    expect((await scene.deps.closings.inForce()).map(({ period }) => period)).toEqual(['2026-08', '2026-09']);
  });

  it('given a close that was reopened, then it is put in as such, and nobody who reads meanwhile finds it in force', async () => {
    const { closings } = scene.deps;
    await sql(`create table close.seen as select version, reopened_position from close.closings where false`);
    await sql(`create function close.note_seen() returns trigger language plpgsql as
      $$ begin insert into close.seen values (new.version, new.reopened_position); return new; end $$`);
    await sql(`create trigger note_seen after insert on close.closings for each row when (new.period = '2026-09')
      execute function close.note_seen()`);
    await closings.makeAnew();
    for (const table of ['rows', 'adjustments', 'lines', 'closings'])
      await sql(`delete from close.${table} where period = '2026-09'`);
    await closings.takeOver('2026-09');
    const { rows } = await sql('select version, reopened_position is not null as reopened from close.seen');
    expect(rows).toEqual([1, 2, 1, 2].map((version) => ({ version, reopened: version === 1 })));
  });
});

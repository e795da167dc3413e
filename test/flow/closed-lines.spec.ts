import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closedLines } from '../../src/close/period/closed-lines.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const LINES = 7;

describe('the journal of a close, page by page', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
    const { pool } = test.database;
    for (const version of [1, 2]) {
      await pool.query(
        `insert into close.closings (period, version, from_day, to_day, up_to, digest, model_version, header, closed_position, closed_at)
         values ('2026-10', $1, '2026-10-01', '2026-10-31', 1, 'd', 'm', '{}', 1, now())`,
        [version],
      );
      await pool.query(
        `insert into close.lines (period, version, ordinal, origin_day, line)
         select '2026-10', $1::int, n, date '2026-10-09' - n, jsonb_build_object('entry', 'e' || n, 'line', $1::int, 'period', '2026-10',
           'day', '2026-10-02', 'at', '2026-10-02T01:02:03.004Z', 'account', '1100', 'amount_minor', n::text, 'currency', 'EUR',
           'kind', 'charge', 'memo', 'a "quoted", one')
         from generate_series(0, ${LINES - 1}) as n`,
        [version],
      );
    }
  });
  afterAll(() => test.drop());

  const read = async (order: Parameters<typeof closedLines>[3], perPage?: number) => {
    const found: string[] = [];
    for await (const { entry, line, amount, at, memo } of closedLines(
      test.database.pool,
      'period = $1 and ordinal >= $2',
      ['2026-10', 1],
      order,
      perPage,
    ))
      found.push([entry, line, amount, at, memo].join('|'));
    return found;
  };

  it('given pages of any size, and an order of one column or several, then every line comes once, in that order', async () => {
    const at = Date.UTC(2026, 9, 2, 1, 2, 3, 4);
    const lines = (ordinals: number[], versions: number[]) =>
      ordinals.flatMap((n) => versions.map((version) => `e${n}|${version}|${n}|${at}|a "quoted", one`));
    const rising = [1, 2, 3, 4, 5, 6];
    for (const perPage of [1, 2, 5, 12, 13, undefined]) {
      expect(await read(['origin_day', 'version'], perPage)).toEqual(lines(rising.toReversed(), [1, 2]));
      expect(await read(['ordinal', 'version'], perPage)).toEqual(lines(rising, [1, 2]));
    }
  });
});

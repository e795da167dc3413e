import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { withinSavepoint } from '../../../src/reconcile/load/savepoint.js';
import { type TestDatabase, testDatabase } from '../../support/database.js';

let given: TestDatabase;
let reader: pg.Client;
beforeAll(async () => (given = await testDatabase()));
beforeEach(async () => {
  reader = new pg.Client(given.database.connection);
  reader.on('error', () => undefined);
  await reader.connect();
});
afterEach(() => reader.end());
afterAll(() => given.drop());

const LOST = 'A connection to the database was lost.';
const terminate = () => given.database.pool.query('select pg_terminate_backend($1)', [reader['processID' as never]]);

describe('work within a savepoint', () => {
  it('given work that fails, then its own error is told, and the transaction goes on', async () => {
    await reader.query('begin');
    await expect(withinSavepoint(reader, () => reader.query('select 1 / 0'))).rejects.toThrow('division by zero');
    expect((await reader.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('given a transaction that failed before, or none, then the server says why nothing can be asked, and no connection was lost', async () => {
    const outside = withinSavepoint(reader, () => Promise.resolve());
    await expect(outside).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/SAVEPOINT can only be used in transaction blocks/),
    });
    await reader.query('begin');
    await expect(reader.query('select 1 / 0')).rejects.toThrow();
    await expect(withinSavepoint(reader, () => Promise.resolve())).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/current transaction is aborted/),
    });
  });

  it('given work that ends the transaction, then that is what is told, with what the work said', async () => {
    await reader.query('begin');
    const work = () => reader.query('rollback').then(() => Promise.reject(new Error('no more of this')));
    const failed = await withinSavepoint(reader, work).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/ROLLBACK TO SAVEPOINT can only/),
    });
    expect((failed as Error & { cause: AggregateError }).cause.errors.map(String)[0]).toBe('Error: no more of this');
  });

  it.each([
    ['before', async () => void (await terminate()), () => Promise.resolve()],
    ['meanwhile', () => Promise.resolve(), async () => void (await terminate().then(() => reader.query('select 1')))],
  ])('given a connection that is lost %s, then that is told', async (_, before, work) => {
    await reader.query('begin');
    await before();
    await expect(withinSavepoint(reader, work)).rejects.toMatchObject({ code: 'unavailable', detail: LOST });
  });
});

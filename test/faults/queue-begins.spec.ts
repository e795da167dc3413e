import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type JobQueue, openQueue } from '../../src/jobs/queue.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.js';

const FIRST_STATEMENT = 'min_client_version'; // with which BullMQ looks whether its tables are of its version

let test: TestDatabase;
let proxy: CuttingProxy;
let queue: JobQueue;
let ran: () => void;
const done = new Promise<void>((resolve) => (ran = resolve));

beforeEach(async () => {
  test = await testDatabase();
  proxy = await cuttingProxy(test.database.connection);
  queue = await openQueue({
    ...{ name: 'begins', connection: proxy.connection, concurrency: 1 },
    run: () => Promise.resolve(ran()),
    onFailed: () => undefined,
    onError: () => undefined,
  });
});
afterEach(async () => {
  await queue.close();
  await proxy.close();
  await test.drop();
});

describe('given PostgreSQL is lost while the queue begins', () => {
  it('then the queue begins anew when it is asked again, and so does a worker', async () => {
    proxy.cutAt(FIRST_STATEMENT, 'before');
    await expect(queue.add({ name: 'a', id: 'a', data: {} })).rejects.toThrow();
    await queue.add({ name: 'b', id: 'b', data: {} });
    expect(await queue.counts()).toMatchObject({ waiting: 1 });
    proxy.cutAt(FIRST_STATEMENT, 'before');
    queue.start();
    await done;
    expect(proxy.cuts()).toBe(2);
  });
});

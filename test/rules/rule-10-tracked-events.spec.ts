import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTrackedStore } from '../../src/ingest/tracked-store.js';
import type { Database } from '../../src/storage/database.js';
import { clientsOf, problemOf, track } from '../support/client-events.js';
import { NOW, openDoors, type Doors } from '../support/doors.js';

let doors: Doors;
const { segment, posthog, stored } = clientsOf(() => doors);
beforeAll(async () => (doors = await openDoors()));
afterAll(() => doors.close());

describe('a tracked event', () => {
  it('given its commit is not through yet, then nobody is told that it was kept', async () => {
    const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
    const { promise: written, resolve: wrote } = Promise.withResolvers<void>();
    const slow = {
      ...doors.database,
      transaction: async (work: Parameters<Database['transaction']>[0]) =>
        doors.database.transaction(async (client) => {
          const result = await work(client);
          wrote();
          await mayCommit;
          return result;
        }),
    } as Database;
    const store = createTrackedStore(slow, 10);
    let told = false;
    const answer = store
      .add({
        events: [
          {
            ...{ collector: 'segment', keyId: 'web', messageId: 'm_slow', event: 'Signed Up', refs: [], subjects: [] },
            ...{ occurredAt: NOW, receivedAt: NOW, lineage: 'client', sealed: { body: '{}', subjects: [] } },
          },
        ],
        links: [],
        rejects: [],
      })
      .then((reply) => {
        told = true;
        return reply;
      });
    await written;
    await doors.database.pool.query('select 1'); // time enough for an answer that does not wait
    expect([told, (await stored("message_id = 'm_slow'")).length]).toEqual([false, 0]);
    commit();
    expect(await answer).toEqual({ accepted: 1, duplicates: 0 });
    expect(await stored("message_id = 'm_slow'")).toHaveLength(1);
  });

  it('given it cannot be made durable, then it is unavailable, and nothing of the request is kept', async () => {
    await doors.database.pool.query(
      `create function deny() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
       create trigger deny before insert on ingest.tracked_events for each row when (new.message_id = 'm_denied')
       execute function deny()`,
    );
    const request = segment('/v1/batch', { batch: [track(), track({ messageId: 'm_denied' })] });
    expect(await problemOf(request)).toMatchObject({ code: 'unavailable' });
    expect(await stored("message_id = 'm_denied'")).toEqual([]);
  });

  it('then it is in no ledger, whatever its door', async () => {
    const head = await doors.ledger.head();
    expect(
      await segment('/v1/track', track({ event: 'Order Completed', properties: { order_id: 'o1' } })),
    ).toMatchObject({ accepted: 1 });
    await posthog({ api_key: 'wk_harbour', batch: [{ event: 'purchase', distinct_id: 'u1', uuid: 'x-1' }] });
    expect(await doors.ledger.head()).toBe(head);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Zone } from '../../src/kernel/day.js';
import { pruneTracked } from '../../src/ingest/prune-tracked.js';
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

describe('the time for which tracked events are kept', () => {
  const counts = async (): Promise<Record<string, number>> => {
    const { rows } = await doors.database.pool.query<Record<string, number>>(`select
      (select count(*)::int from ingest.tracked_events) as events, (select count(*)::int from ledger.vault_keys) as keys,
      (select count(*)::int from ingest.sdk_links) as links, (select count(*)::int from ingest.collector_rejects) as rejects,
      (select count(*)::int from ingest.collector_reject_samples) as samples, (select count(*)::int from ingest.collector_limited) as limited`);
    return rows[0]!;
  };

  it('given events of before and after, then those of before go with their keys, and links, counts and samples that are only of then', async () => {
    await doors.database.pool.query(`
      truncate ingest.tracked_events, ingest.sdk_links, ingest.collector_rejects, ingest.collector_reject_samples, ingest.collector_limited;
      insert into ingest.tracked_events (collector, key_id, message_id, event, kind, anonymous_id, occurred_at, received_at, body, body_key_id)
        select 'segment', 'k', 'old-' || n, 'e', 'signup', 'a-' || n % 3, '2025-09-26T10:00:00Z', now(), '{}', gen_random_uuid() from generate_series(1, 5003) n;
      insert into ingest.tracked_events (collector, key_id, message_id, event, kind, anonymous_id, occurred_at, received_at, body, body_key_id)
        select 'segment', 'k', 'new-' || n, 'e', 'signup', 'a-1', '2025-09-27T00:00:00Z', now(), '{}', gen_random_uuid() from generate_series(1, 2) n;
      insert into ingest.sdk_links select 'a-' || n, 'u', '2025-01-01' from generate_series(0, 2) n;
      insert into ingest.sdk_links values ('a-9', 'u', '2025-09-28');
      insert into ingest.collector_rejects values ('2025-09-26', 's', 'k', 'x', 1), ('2025-09-27', 's', 'k', 'x', 1);
      insert into ingest.collector_limited values ('2025-09-26T22:00:00Z', 't', 1), ('2025-09-27T01:00:00Z', 't', 1);
      insert into ingest.collector_reject_samples (day, collector, key_id, reason, slot, received_at, occurred_at, body, body_key_id)
        values ('2025-09-26', 's', 'k', 'x', 0, now(), now(), '{}', gen_random_uuid()), ('2025-09-27', 's', 'k', 'x', 0, now(), now(), '{}', gen_random_uuid())`);
    await doors.database.pool.query(
      `insert into ledger.vault_keys (id, wrapped) select body_key_id, ''::bytea from ingest.tracked_events
       union all select body_key_id, ''::bytea from ingest.collector_reject_samples`,
    );
    const before = await counts();
    const told: number[] = [];
    const onProgress = (removed: number) => Promise.resolve(void told.push(removed));
    expect(await pruneTracked(doors.database, new Zone('UTC'), '2025-09-27', onProgress)).toBe(5_003);
    expect(told[0]).toBe(5_000);
    expect(await counts()).toEqual({
      ...{ events: 2, links: 2, rejects: 1, samples: 1, limited: 1 },
      keys: before['keys']! - 5_003 - 1,
    });
    expect(await pruneTracked(doors.database, new Zone('UTC'), '2025-09-27')).toBe(0);
  });
});

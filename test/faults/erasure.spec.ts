import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formsOf, needlesIn } from '../support/byte-search.js';
import {
  besideService,
  call,
  dataFolder,
  KEYS,
  read,
  removeFolder,
  type ServiceProcess,
  startService,
} from '../support/service-process.js';
import { until } from '../support/start-storage.js';
import { bearer, cloudEvent, nowS, signed } from '../support/traffic.js';

const HERS = 'wendeline.loeschpapier@erased.example';
const HIS = 'kuno.bleibtreu@kept.example';
const NAME = 'Wendeline Löschpapier';

const dataDir = dataFolder();
const started: ServiceProcess[] = [];
const start = async (): Promise<string> => {
  const service = startService(dataDir, { LOG_LEVEL: 'trace' });
  started.push(service);
  return service.listening;
};
afterAll(() => removeFolder(dataDir, started));

const ask = (url: string, body: unknown) =>
  call(url, { headers: bearer('application/json'), body: JSON.stringify(body) });
const sql = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  besideService(dataDir, async (client) => (await client.query<R>(text, values)).rows);

interface Kept {
  id: string;
  wrapped: Buffer;
}
const keysOf = (tag: string): Promise<Kept[]> =>
  sql<Kept>(
    `select k.id, k.wrapped from ledger.vault_keys k where k.id in (
       select key_id from ledger.entries where $1 = any(subjects)
       union select body_key_id from ingest.dead_letters where $1 = any(subjects)
       union select body_key_id from ingest.tracked_events where $1 = any(subjects)) order by 1`,
    [tag],
  );

async function everythingOf(url: string, user: string, email: string, name: string): Promise<void> {
  const customer = { id: `cus_${user}`, object: 'customer', email, name, metadata: { user_id: user } };
  const webhook = { id: `evt_${user}`, object: 'event', created: nowS(), livemode: true, type: 'customer.created' };
  const delivery = JSON.stringify({ ...webhook, data: { object: customer } });
  const event = (id: string, data: object) =>
    call(`${url}/v1/events`, {
      headers: bearer(),
      body: JSON.stringify(cloudEvent('/auth', id, 'user.signed_up', data)),
    });
  const track = {
    event: 'Signed Up',
    messageId: `m_${user}`,
    anonymousId: `a_${user}`,
    userId: user,
    properties: { email, name },
  };
  const client = { 'content-type': 'application/json', authorization: `Basic ${btoa(`${KEYS.write}:`)}` };
  const answers = [
    await call(`${url}/webhooks/stripe`, { headers: signed(delivery), body: delivery }),
    await event(`e_${user}`, { user_id: user, email, full_name: name }),
    await event(`bad_${user}`, { user_id: user, email: 7, full_name: name }),
    await call(`${url}/v1/track`, { headers: client, body: JSON.stringify(track) }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 400, 202]);
}

describe('given the service is killed with -9 between the decision to erase somebody and the deletion of the keys', () => {
  let [hers, his]: Kept[][] = [[], []];
  let tags: { hers: string; his: string };
  beforeAll(async () => {
    const url = await start();
    await everythingOf(url, 'u_wen', HERS, NAME);
    await everythingOf(url, 'u_kuno', HIS, 'Kuno Bleibtreu');
    let ready = await read(url, '/health/ready');
    while (ready.lag.events > 0) ready = await read(url, '/health/ready');
    const told = await sql<{ id: string; tag: string }>(
      `select origin_event_id as id, (select t from unnest(subjects) t where t like 'u.%') as tag from ledger.entries where type = 'user.signed_up'`,
    );
    const tagOf = (id: string): string => told.find((row) => row.id === id)!.tag;
    tags = { hers: tagOf('e_u_wen'), his: tagOf('e_u_kuno') };
    [hers, his] = [await keysOf(tags.hers), await keysOf(tags.his)];
    await besideService(dataDir, async (client) => {
      await client.query('begin; lock table ledger.vault_keys in share mode');
      const answer = ask(`${url}/v1/erasures`, { email: HERS, reason: 'asked for it by mail' }).catch(() => undefined);
      const decided = `select from ledger.entries where type = 'PersonErased'`;
      await until(async () => (await client.query(decided)).rowCount === 1);
      await started[0]!.kill();
      await started[0]!.exited;
      await answer;
      await client.query('commit');
    });
  });

  it('then the keys are still there, and the decision too', async () => {
    expect([hers!.length, his!.length]).toEqual([4, 4]);
    expect(await keysOf(tags.hers)).toEqual(hers);
  });

  it('when it starts again, then they are gone before it serves, and what it says of it is true', async () => {
    const url = await start();
    expect(await keysOf(tags.hers)).toEqual([]);
    expect(await keysOf(tags.his)).toEqual(his);
    const [erasure] = (await read(url, '/v1/erasures')).data;
    expect(erasure).toMatchObject({
      ...{ state: 'done', asked_by: 'email', by: 'admin', reason: 'asked for it by mail' },
      reached: { entries: 2, dead_letters: 1, tracked_events: 1, keys_deleted: 4 },
    });
    expect((await read(url, '/v1/customers/user:u_wen')).erased_at).toBe(erasure.decided_at);
  });

  it('then nothing personal is in any file below DATA_DIR or in the log, and the keys are in no table any more', async () => {
    await sql('vacuum full ledger.vault_keys');
    await sql('checkpoint');
    expect(await started[1]!.stop()).toBe(0);
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    const personal = [...formsOf('address', HERS), ...formsOf('name', NAME)];
    const wrapped = (keys: readonly Kept[]) => keys.map(({ id, wrapped: bytes }) => ({ what: id, bytes }));
    const found = files.flatMap((file) => needlesIn(readFileSync(file), personal).map((what) => `${file}: ${what}`));
    expect(found).toEqual([]);
    expect(needlesIn(Buffer.from(started.map((each) => each.output()).join('')), personal)).toEqual([]);
    // The write-ahead log has them until it is recycled.
    const tables = Buffer.concat(files.filter((file) => file.includes('/base/')).map((file) => readFileSync(file)));
    expect(needlesIn(tables, wrapped(hers!))).toEqual([]);
    expect(needlesIn(tables, wrapped(his!))).toHaveLength(4);
  });
});

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { exportFormats } from '../../src/close/exports/index.js';
import type { Entry } from '../../src/ledger/ledger.js';
import { chargeSucceeded, cloudEvent, orderPlaced, signedUp, stripeEvent } from '../fixtures/shop-events.js';
import { line } from '../support/books-given.js';
import { erase } from '../support/erase.js';
import { openedPack } from '../support/pack-files.js';
import { type Json, RunningService, secrets } from '../support/running-service.js';
import { temporaryFolder } from '../support/test-cluster.js';

const ADA = 'ada.erasable@example.com';
const AT = '2026-10-03T09:00:00Z';
const PERSONAL = /canary|erasable/i;

let shop: RunningService;
beforeAll(async () => {
  const parts = { tieOuts: { state: () => Promise.resolve([]) } };
  shop = await RunningService.start({ now: '2026-11-01T12:00:00Z', parts });
});
afterAll(() => shop.stop());

let minor = 1_000;
const charge = (id: string, more: Json): Json =>
  chargeSucceeded(AT, id, (minor += 100), {
    balance_transaction: line(`txn_${id}`, AT, 'charge', minor, 30),
    ...{ currency: 'eur', billing_details: { name: `Canary of ${id}` } },
    ...more,
  });
/** A dispute names a charge, and nobody; who it is about stands in what was handed in. */
const dispute = (what: string, of: string): Json => ({
  ...stripeEvent(`charge.dispute.${what}`, AT, {
    ...{ id: `dp_${of}`, object: 'dispute', amount: 100, charge: of, currency: 'eur', created: 1_790_000_000 },
    ...{ status: 'needs_response', reason: 'fraudulent', evidence: { customer_name: `Canary of ${of}` } },
  }),
  id: `evt_dispute_${what}_${of}`,
});
const updated = (of: string): Json => ({
  ...stripeEvent('charge.updated', AT, { id: of, object: 'charge', billing_details: { name: `Canary of ${of}` } }),
  id: `evt_updated_${of}`,
});
/** Of a charge, and of nobody but who has an address in it: the friend to whom a present goes, a colleague who gave money back. */
const naming = (address: string, of: string): Json => ({
  ...stripeEvent('charge.updated', AT, {
    ...{ id: of, object: 'charge', billing_details: { name: `Canary of ${of}` } },
    metadata: { note: address },
  }),
  id: `evt_naming_${address.split('@')[0]}_${of}`,
});
const cancelled = (order: string, id: string): Json =>
  cloudEvent('order.cancelled', AT, { order_id: order, reason: 'Canary asked us to' }, { id });

const entries = async (): Promise<Entry[]> => (await shop.service.ledger.readFeed(0, 1_000)).entries;
/** Of each entry with something sealed in it, whether that can still be opened. */
async function opens(ids: readonly string[]): Promise<Record<string, boolean>> {
  const found: Record<string, boolean> = {};
  for (const { originEventId, body, keyId } of await entries())
    if (ids.includes(originEventId))
      found[originEventId] = !(await shop.service.vault.unseal(body, keyId)).includes('[erased]');
  expect(Object.keys(found).sort()).toEqual([...ids].sort());
  return found;
}
const all = (ids: readonly string[], open: boolean) => Object.fromEntries(ids.map((id) => [id, open]));

const download = async (address: string): Promise<Buffer> => {
  const reply = await fetch(shop.url + address, { headers: { authorization: `Bearer ${secrets.admin}` } });
  expect([address, reply.status]).toEqual([address, 200]);
  return Buffer.from(await reply.arrayBuffer());
};
async function files(): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const { name } of exportFormats) found.set(name, await download(`/v1/periods/2026-10/journal?format=${name}`));
  const file = path.join(temporaryFolder('truth-ledger-pack-'), 'pack.zip');
  writeFileSync(file, await download('/v1/periods/2026-10/pack'));
  const { integrity, completeness, ok } = await openedPack(file);
  expect([integrity.findings, completeness.findings, ok]).toEqual([[], [], true]);
  for (const [name, bytes] of Object.entries(unzipSync(await download('/v1/periods/2026-10/pack'))))
    found.set(`pack/${name}`, Buffer.from(bytes));
  return found;
}

const HERS = [
  'evt_ch_ada',
  'evt_dispute_created_ch_ada',
  'evt_dispute_updated_ch_ada',
  'evt_updated_ch_ada',
  'evt_ch_a',
  'evt_dispute_created_ch_a',
  'e_order',
];
const HIS = ['evt_ch_b', 'evt_dispute_created_ch_b', 'evt_updated_ch_b'];
const FRIEND = 'friend@presents.example';
const OF_OTHERS = ['evt_naming_friend_ch_ada', 'evt_naming_amy_ch_ada', 'evt_naming_amy_ch_b'];
const OF_A_GUEST = ['evt_ch_g', 'evt_updated_ch_g', 'evt_dispute_created_ch_g'];
const before = new Map<string, Buffer>();

describe('given purchases of which several entries name nobody, one of them an order of two', () => {
  beforeAll(async () => {
    await shop.events(
      signedUp('2026-10-02T09:00:00Z', 'u_ada', { email: ADA }),
      signedUp('2026-10-02T10:00:00Z', 'u_bob'),
      orderPlaced(AT, 'o_two', 1_000, { user_id: 'u_ada' }),
      cancelled('o_two', 'e_order'),
    );
    await shop.stripeAll([
      charge('ch_ada', { metadata: { user_id: 'u_ada' } }),
      charge('ch_a', { metadata: { user_id: 'u_ada', order_id: 'o_two' } }),
      charge('ch_b', { metadata: { userId: 'u_bob', order_id: 'o_two' } }),
      charge('ch_g', {}),
      ...['ch_ada', 'ch_a', 'ch_b', 'ch_g'].map((of) => dispute('created', of)),
      dispute('updated', 'ch_ada'),
      ...['ch_ada', 'ch_b', 'ch_g'].map(updated),
      ...[naming(FRIEND, 'ch_ada'), naming('amy@shop.example', 'ch_ada'), naming('amy@shop.example', 'ch_b')],
    ]);
    await shop.catchUp();
    for (const [name, bytes] of await files()) before.set(name, bytes);
  });

  it('then those that name nobody carry tags of what they are of, and the others none', async () => {
    for (const { originEventId, subjects } of await entries()) {
      const kinds = [...new Set(subjects.map((tag) => tag[0]))].sort().join('');
      if (/dispute|updated|ch_g|e_order/.test(originEventId))
        expect([originEventId, kinds]).toEqual([originEventId, 'p']);
      else expect([originEventId, kinds]).toEqual([originEventId, expect.not.stringContaining('p')]);
    }
  });

  it('when one is erased, then all entries of their purchases are, also of several that say the same, and none of the other', async () => {
    expect(await opens([...HERS, ...HIS, ...OF_A_GUEST])).toEqual(all([...HERS, ...HIS, ...OF_A_GUEST], true));
    const { status, body } = await erase(shop, { user_id: 'u_ada' });
    expect([status, body.reached]).toMatchObject([200, { entries: HERS.length + 1, keys_deleted: HERS.length + 1 }]);
    expect(await opens([...HERS, ...HIS, ...OF_A_GUEST])).toEqual({
      ...all(HERS, false),
      ...all([...HIS, ...OF_A_GUEST], true),
    });
    const decision = (await entries()).find(({ type }) => type === 'PersonErased')!;
    expect(decision.body).not.toMatch(/ch_|pi_|o_two/);
  });

  it('when more is told of the purchases later, then it is erased as it comes, and not what is told of the other one', async () => {
    const hers = ['evt_dispute_closed_ch_ada', 'evt_updated_ch_a', 'e_again'];
    await shop.stripeAll([dispute('closed', 'ch_ada'), updated('ch_a'), dispute('closed', 'ch_b')]);
    await shop.events(cancelled('o_two', 'e_again'));
    await shop.service.erasures.apply();
    expect(await opens([...hers, 'evt_dispute_closed_ch_b'])).toEqual({
      ...all(hers, false),
      evt_dispute_closed_ch_b: true,
    });
  });

  it('then what names only another address stays, and says so, until it is erased by that address, for whoever has it', async () => {
    const personalData = async (id: string): Promise<unknown> => {
      const { id: entry } = (await entries()).find(({ originEventId }) => originEventId === id)!;
      return (await shop.get(`/v1/ledger/entries/${entry}`))['personal_data'];
    };
    expect([await opens(OF_OTHERS), await personalData(OF_OTHERS[0]!)]).toEqual([all(OF_OTHERS, true), 'sealed']);
    const { body } = await erase(shop, { email: FRIEND });
    expect(body.reached).toMatchObject({ entries: 1, keys_deleted: 1 });
    expect([await opens(OF_OTHERS), await personalData(OF_OTHERS[0]!)]).toEqual([
      { ...all(OF_OTHERS, true), [OF_OTHERS[0]!]: false },
      'erased',
    ]);
    // A colleague's takes everything with it that names them, also what is of another purchase.
    expect((await erase(shop, { email: 'Amy@shop.example' })).body.reached).toMatchObject({ entries: 2 });
    await shop.stripeAll([{ ...naming(FRIEND, 'ch_b'), id: 'evt_again' }]);
    await shop.service.erasures.apply();
    expect(await opens([...OF_OTHERS, 'evt_again', ...HIS])).toEqual({
      ...all([...OF_OTHERS, 'evt_again'], false),
      ...all(HIS, true),
    });
  });

  it('when a guest is erased of whom only a name is known, then their purchase is, whatever comes of it', async () => {
    expect((await erase(shop, { customer: 'guest:intent:pi_g' })).body.reached.entries).toBe(OF_A_GUEST.length);
    await shop.stripeAll([dispute('closed', 'ch_g')]);
    await shop.service.erasures.apply();
    expect(await opens([...OF_A_GUEST, 'evt_dispute_closed_ch_g', ...HIS])).toEqual({
      ...all([...OF_A_GUEST, 'evt_dispute_closed_ch_g'], false),
      ...all(HIS, true),
    });
  });

  it('then the place of the keys on the disk is freed behind the answer, and that is told', async () => {
    shop.time.pass(60_000); // of many in a row once a minute, and what came late is to be freed again
    await shop.service.erasures.apply();
    const [first] = (await shop.all('/v1/erasures')).slice(-1);
    let shown = first!;
    while (shown['vacuumed_at'] === null) shown = await shop.get(`/v1/erasures/${shown['id'] as string}`);
    expect(Date.parse(shown['vacuumed_at'] as string)).toBeGreaterThanOrEqual(
      Date.parse(shown['finished_at'] as string),
    );
  });

  it('then packs and journals that are made afterwards prove the same as before, and nothing personal is in them', async () => {
    const after = await files();
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [name, bytes] of after) {
      expect([name, PERSONAL.exec(bytes.toString())?.[0]]).toEqual([name, undefined]);
    }
    for (const name of ['csv', 'pack/journal.jsonl']) expect([name, after.get(name)]).toEqual([name, before.get(name)]);
    const entriesIn = (found: Map<string, Buffer>): Map<string, Json> =>
      new Map(
        found
          .get('pack/entries/000001.jsonl')!
          .toString()
          .trim()
          .split('\n')
          .map((text) => JSON.parse(text) as Json)
          .map((entry) => [entry['id'] as string, entry]),
      );
    const [was, is] = [entriesIn(before), entriesIn(after)];
    expect(was.size).toBeGreaterThan(0);
    for (const [id, entry] of was) expect(is.get(id)).toEqual(entry);
  });
});

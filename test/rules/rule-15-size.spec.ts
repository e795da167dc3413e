import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STORED_BYTES_MAX, storedBytes } from '../../src/ledger/stored-hash.js';
import { openDoors, stripeDelivery, type Doors } from '../support/doors.js';

let doors: Doors;
beforeAll(async () => (doors = await openDoors()));
afterAll(() => doors.close());

// A transfer group is a text that is never sealed, so its bytes are stored as they are. An id would be sealed once it is longer than ids are.
const charge = (id: string, group: string) => ({
  ...{ id, object: 'event', type: 'charge.succeeded', created: 1_793_527_200, livemode: true },
  data: { object: { id: 'ch_1', object: 'charge', amount: 100, transfer_group: group } },
});
const deliver = async (body: unknown) => (await doors.ingest.webhook('stripe', stripeDelivery(body)))[0]!;
const stored = async (entryId: string | undefined) => {
  const entry = (await doors.ledger.find(entryId!))!;
  const { keyId, ...rest } = entry;
  return { entry, bytes: storedBytes({ ...rest, ...(keyId ? { key: { id: keyId, wrapped: Buffer.alloc(0) } } : {}) }) };
};

describe('a signed webhook about as large as an entry may be', () => {
  it('given the largest that fits and one byte more, then both are kept within the cap, and only the second is marked', async () => {
    const { entry, bytes } = await stored((await deliver(charge('evt_0', ''))).entryId);
    // The length that stands before a body grows with it, by its digits.
    const room = STORED_BYTES_MAX - bytes - (String(STORED_BYTES_MAX).length - String(entry.body.length).length);
    const fits = await stored((await deliver(charge('evt_1', 'x'.repeat(room)))).entryId);
    expect([fits.entry.keyId, fits.entry.attributes['truncated'], fits.bytes]).toEqual([
      ...[undefined, undefined, STORED_BYTES_MAX],
    ]);
    const over = await stored((await deliver(charge('evt_2', 'x'.repeat(room + 1)))).entryId);
    expect([over.entry.attributes['truncated'], over.bytes <= STORED_BYTES_MAX]).toEqual(['texts', true]);
    expect(JSON.parse(over.entry.body)).toMatchObject({ id: 'evt_2', data: { object: { id: 'ch_1', amount: 100 } } });
  });

  // How much longer sealing makes a text is estimated for the whole of it: what is left is sealed more than that, again and again.
  it('given one whose small leaves grow by sealing and whose long texts do not, then it is shortened until it fits, and no more', async () => {
    const long = Array.from({ length: 200 }, (_, n) => ({ id: `li_${n}`, transfer_group: 'x'.repeat(4_000) }));
    const small = Array.from({ length: 8_000 }, (_, n) => ({ name: `N${n}` }));
    const { data, ...event } = charge('evt_4', '');
    const body = { ...event, data: { object: { ...data.object, payers: small, lines: { data: long } } } };
    const outcome = await deliver(body);
    const { entry, bytes } = await stored(outcome.entryId);
    expect([outcome.outcome, entry.attributes['truncated'], bytes <= STORED_BYTES_MAX]).toEqual([
      ...['recorded', 'texts', true],
    ]);
    const kept = JSON.parse(await doors.vault.unseal(entry.body, entry.keyId)) as typeof body;
    expect(kept.data.object.payers).toEqual(small);
    expect(kept.data.object.lines.data.map(({ id }) => id)).toEqual(long.map(({ id }) => id));
  });

  it('given another content in what was left out, then it is a conflict all the same; the same content is a duplicate', async () => {
    const large = 'x'.repeat(970_000);
    const outcomes = [];
    for (const note of [large, large, `${large.slice(1)}y`])
      outcomes.push((await deliver(charge('evt_3', note))).outcome);
    expect(outcomes).toEqual(['recorded', 'duplicate', 'conflict']);
  });
});

import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fact } from '../../src/catalog/facts.js';
import { createInterpret, interpretersFor, type KnownToOperator } from '../../src/ingest/interpret.js';
import { uuidV5 } from '../../src/kernel/entry-id.js';
import { receivedStream } from '../../src/ledger/streams.js';
import { factsAside } from '../../src/projections/facts-aside.js';
import { adyenEntry, anAuthorisation } from '../fixtures/adyen-items.js';
import { type ProjectedLedger, projectedLedger } from '../support/projected-ledger.js';

const THREAD = path.resolve(import.meta.dirname, '../../dist/facts-thread.js');
const SHOP = 'HarbourShopECOM';
const entries = ['a', 'b', 'c'].map((name) =>
  adyenEntry(anAuthorisation({ pspReference: `PSP-${name}`, merchantAccountCode: name === 'c' ? 'OtherShop' : SHOP })),
);

let given: ProjectedLedger;
beforeAll(async () => {
  given = await projectedLedger();
  for (const { id, ...entry } of entries) {
    const unique = uuidV5(`${id} ${entry.originEventId} ${JSON.stringify(entry.body)}`);
    await given.ledger.record({
      ...{ id: unique, stream: receivedStream('adyen', unique), type: entry.type, schemaVersion: entry.schemaVersion },
      ...{
        origin: entry.origin,
        account: entry.account,
        originEventId: unique,
        occurredAt: new Date(entry.occurredAt),
      },
      ...{ correlationId: 'test', actor: 'test', authenticatedBy: 'hmac', subjects: [], attributes: entry.attributes },
      ...{ body: JSON.stringify(entry.body), contentMac: Buffer.alloc(32) },
    });
  }
});
afterAll(() => given.close());

/** Types of the facts that the built thread makes of the ledger, in its order. */
async function factsOfThread(known: KnownToOperator): Promise<string[]> {
  if (!existsSync(THREAD))
    throw new Error('There is no dist/facts-thread.js: run `npm run build`, or the whole of `npm test`.');
  const { connection } = given.database;
  const aside = factsAside((range) => new Worker(THREAD, { workerData: { ...range, connection, known } }));
  const facts: Fact[] = [];
  for await (const { known: meanings } of aside(0, entries.length))
    for (const meaning of meanings) facts.push(...meaning.facts);
  return facts.map(({ type }) => type);
}

/** The same, made here. */
const factsHere = (known: KnownToOperator): string[] => {
  const interpret = createInterpret(interpretersFor(known));
  return entries.flatMap((entry) => interpret(entry)!.map(({ type }) => type));
};

describe('the thread that reads the ledger for a rebuild', () => {
  it('makes of it what this process does, with what the operator knows', async () => {
    const told: KnownToOperator = { adyenAutomaticCapture: [SHOP] };
    expect(await factsOfThread(told)).toEqual(factsHere(told));
    expect(await factsOfThread({})).toEqual(factsHere({}));
    expect(factsHere(told).filter((type) => type === 'PaymentCaptured')).toHaveLength(2);
    expect(factsHere({})).not.toContain('PaymentCaptured');
  });
});

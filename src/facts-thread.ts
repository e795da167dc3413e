// A thread that reads the ledger and interprets it for a rebuild; `service.ts` starts it.
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { createInterpret, interpretersFor, type KnownToOperator } from './ingest/interpret.js';
import { copyFeed } from './ledger/backends/postgres/feed-copy.js';
import { type FactRange, sendFacts } from './projections/facts-aside.js';
import { giveUpWhenSilent, REACHED_SOON } from './storage/silent-connections.js';

export interface FactsThreadData extends FactRange {
  connection: pg.ClientConfig;
  known: KnownToOperator;
}

const { connection, known, ...range } = workerData as FactsThreadData;
const client = new pg.Client({ ...connection, ...REACHED_SOON });
client.on('error', () => undefined); // whoever reads hears of it
await client.connect();
giveUpWhenSilent(client, connection);
try {
  await sendFacts(
    parentPort!,
    range,
    ({ after, until }, onEntry) => copyFeed(client, after, until, onEntry),
    createInterpret(interpretersFor(known)),
  );
} finally {
  await client.end();
}

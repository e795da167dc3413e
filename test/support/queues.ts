import { createPostgresBackend, createRedisBackend, type Queue, withBackend } from 'bullmq';
import type pg from 'pg';
import type { Database } from '../../src/storage/database.js';
import { hasRedis, redisServer, type RedisServer } from './redis.js';
import { testDatabase } from './database.js';

/** A place for jobs, as the service is told of it, and the queue there as another process sees it. */
export interface QueuePlace {
  connection: pg.ClientConfig;
  /** Of the connection, where the jobs are in PostgreSQL. */
  databaseUrl?: string;
  redisUrl?: string;
  /** A client of BullMQ's own; whoever asked closes it. */
  itself(): Promise<Queue>;
  close(): Promise<void>;
}

/** Both backends of the queue: what holds on one holds on the other. `there`: whether this machine has it. */
export const QUEUES = [
  { name: 'PostgreSQL', there: true, open: postgresQueue },
  { name: 'Redis', there: hasRedis, open: redisQueue },
] as const;

async function postgresQueue(): Promise<QueuePlace> {
  const test = await testDatabase();
  return {
    connection: test.database.connection,
    databaseUrl: test.url,
    itself: () => queueIn(test.database),
    close: () => test.drop(),
  };
}

/** The queue in a database; whoever asked closes it. */
export function queueIn({ pool }: Pick<Database, 'pool'>): Promise<Queue> {
  const { host, port, user, password, database } = pool.options;
  const connection = { host, port, user, password: password as string, database, schema: 'bullmq', max: 2 };
  return ready(new (withBackend(createPostgresBackend).Queue)('truth-ledger', { connection }));
}

async function redisQueue(): Promise<QueuePlace & { server: RedisServer }> {
  const server = await redisServer();
  const connection = { url: server.url, maxRetriesPerRequest: null };
  return {
    server,
    connection: {},
    redisUrl: server.url,
    itself: async () => ready(new (withBackend(createRedisBackend).Queue)('truth-ledger', { connection })),
    close: () => server.close(),
  };
}

async function ready(queue: unknown): Promise<Queue> {
  const made = queue as Queue;
  made.on('error', () => undefined);
  await made.waitUntilReady();
  return made;
}

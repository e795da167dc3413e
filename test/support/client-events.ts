import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Problem } from '../../src/kernel/errors.js';
import { NOW, WRITE_KEY, clientRequest, type Doors } from './doors.js';

export const readJson = (file: string): any => JSON.parse(readFileSync(file, 'utf8'));
/** Our own captures of what SDKs send. */
export const clientFixture = (name: string): any =>
  readJson(path.join(import.meta.dirname, '../fixtures/collectors', name));

export const basic = (key = WRITE_KEY) => ({
  'content-type': 'application/json',
  authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
});

/** What SDKs do at the doors, and what is in the tables afterwards. */
export function clientsOf(doors: () => Doors) {
  const rowsOf = async (sql: string, values: unknown[] = []): Promise<any[]> =>
    (await doors().database.pool.query(sql, values)).rows;
  return {
    segment: (url: string, body: unknown, headers: Record<string, string> = basic()) =>
      doors().ingest.collect('segment', clientRequest(url, body, headers)),
    posthog: (body: unknown, headers = {}, url = '/batch/') =>
      doors().ingest.collect('posthog', clientRequest(url, body, { 'content-type': 'application/json', ...headers })),
    stored: (where = 'true', values: unknown[] = []) =>
      rowsOf(`select * from ingest.tracked_events where ${where} order by id`, values),
    rejects: async (reason: string): Promise<number> => {
      const rows = await rowsOf('select sum(count)::text as sum from ingest.collector_rejects where reason = $1', [
        reason,
      ]);
      return Number(rows[0].sum ?? 0);
    },
  };
}

let number = 0;

export const track = (changes: Record<string, unknown> = {}) => ({
  ...{ type: 'track', event: 'Button Pressed', anonymousId: 'a_1', timestamp: NOW.toISOString() },
  messageId: `m_${++number}`,
  ...changes,
});

export const capture = (changes: Record<string, unknown> = {}, properties = {}) => ({
  ...{ event: 'button_pressed', distinct_id: 'u_9', timestamp: NOW.toISOString(), properties },
  uuid: `uuid-${++number}`,
  ...changes,
});

/** The problem a promise fails with; fails itself when there is none. */
export const problemOf = (work: Promise<unknown>): Promise<Problem> =>
  work.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => (error instanceof Problem ? error : Promise.reject(error as Error)),
  );

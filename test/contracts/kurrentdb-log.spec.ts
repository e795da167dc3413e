// What the double of KurrentDB keeps, in memory and in a file.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FORWARDS, KurrentDBClient, NO_STREAM, START, streamNameFilter } from '@kurrent/kurrentdb-client';
import { decide } from '../support/kurrentdb/append-rules.js';
import { createLog } from '../support/kurrentdb/log.js';
import { openLogFile } from '../support/kurrentdb/log-file.js';
import { append, newId } from '../support/kurrentdb/raw-client.js';
import { createRecentIds } from '../support/kurrentdb/recent-ids.js';
import { startDoubleProcess } from '../support/kurrentdb/start-process.js';

describe('the log in memory', () => {
  it('given more ids than the memory holds, then the oldest are forgotten and its size stays', () => {
    const recent = createRecentIds(1_000);
    for (let index = 0; index < 1_000; index += 1)
      recent.add({ id: `id-${index}`, stream: 's', revision: BigInt(index) });
    expect(recent.revisionOf('s', 'id-999')).toBe(999n);
    expect(recent.revisionOf('s', 'id-0')).toBeUndefined();
    expect(
      Array.from({ length: 1_000 }, (_, index) => recent.revisionOf('s', `id-${index}`)).filter(Boolean).length,
    ).toBe(33);
  });

  it('given a scavenge, then a tombstoned stream keeps its tombstone, a soft-deleted one its last event, and a repeat of what is gone conflicts', () => {
    const log = createLog();
    const event = (id: string) => ({
      id,
      type: 't',
      contentType: 'x',
      data: Buffer.from(id),
      metadata: Buffer.from(''),
    });
    log.write('soft', [event('a'), event('b')]);
    log.softDelete('soft');
    log.write('hard', [event('c'), event('d')]);
    log.tombstone('hard');
    log.recent.forget();
    expect(decide(log, 'soft', 'no_stream', ['a', 'b'])).toEqual({ outcome: 'idempotent', last: 1n });
    log.scavenge();
    expect(log.records.map(({ stream, type }) => `${stream} ${type}`)).toEqual([
      'soft t',
      '$$soft $metadata',
      'hard $streamDeleted',
    ]);
    expect(decide(log, 'soft', 0n, ['a'])).toMatchObject({ outcome: 'wrong-expected-version' });
    expect(decide(log, 'soft', 'no_stream', ['a', 'b'])).toEqual({ outcome: 'write' });
    expect(decide(log, 'hard', 'no_stream', ['c'])).toEqual({ outcome: 'stream-deleted' });
  });
});

describe('the log in a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kurrentdb-double-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('given a process that was killed, when it is started again, then every acknowledged append is there, once', async () => {
    const file = path.join(folder, 'log');
    const first = await startDoubleProcess({ file });
    const client = KurrentDBClient.connectionString(first.url);
    const ids = Array.from({ length: 200 }, newId);
    const acknowledged: string[] = [];
    const appends = ids.map(async (id) => {
      if ((await append(client, `kept-${id}`, NO_STREAM, [id])) === 0n) acknowledged.push(id);
      if (acknowledged.length === 100) await first.kill();
    });
    await Promise.all(appends.map((one) => one.catch(() => undefined)));
    const second = await startDoubleProcess({ file, port: first.port });
    const after = KurrentDBClient.connectionString(second.url);
    for (const id of acknowledged) expect(await append(after, `kept-${id}`, NO_STREAM, [id])).toBe(0n);
    const found: string[] = [];
    const filter = streamNameFilter({ prefixes: ['kept-'] });
    for await (const { event } of after.readAll({ direction: FORWARDS, fromPosition: START, maxCount: 1_000, filter }))
      found.push(event!.id);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining(acknowledged));
    await Promise.all([client.dispose(), after.dispose()]);
    await second.close();
  });

  it('given a torn last line, when opened, then what was whole is there', () => {
    const file = path.join(folder, 'log');
    const event = {
      id: newId(),
      type: 't',
      contentType: 'x',
      data: Buffer.from([0, 255]),
      metadata: Buffer.from('{}'),
    };
    const [written] = openLogFile(file).write('s', [event]);
    appendFileSync(file, '{"id":"torn');
    const log = openLogFile(file);
    expect(log.records.map(({ position, data }) => ({ position, data: Buffer.from(data) }))).toEqual([
      { position: written!.position, data: event.data },
    ]);
    expect(log.write('s', [event])[0]!.revision).toBe(1n);
    expect(openLogFile(file).records).toHaveLength(2);
  });
});

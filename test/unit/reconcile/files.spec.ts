import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { unzipped } from '../../../src/reconcile/pull/files.js';
import { rowsOf } from '../../../src/reconcile/pull/table-rows.js';

describe('a file that is given up midway', () => {
  // One after the other for ever: they do not end by themselves.
  const endless = async function* (piece: Buffer): AsyncGenerator<Buffer> {
    for (;;) yield await Promise.resolve(piece);
  };

  it.each([
    ['orders.jsonl', Buffer.from('{}\n')],
    ['orders.jsonl.gz', gzipSync('{}\n')],
  ])('given %s, then it is closed', async (name, piece) => {
    const stream = Readable.from(endless(piece));
    for await (const bytes of unzipped(name, stream)) {
      expect(Buffer.from(bytes).toString()).toContain('{}\n');
      break;
    }
    expect(stream.destroyed).toBe(true);
  });

  it('given one that is no gzip, then it is closed', async () => {
    const stream = Readable.from(endless(Buffer.from('no gzip')));
    const read = async () => {
      for await (const bytes of unzipped('a.gz', stream)) expect(bytes).toBeUndefined();
    };
    await expect(read()).rejects.toThrow('a.gz cannot be read: incorrect header check');
    expect(stream.destroyed).toBe(true);
  });

  it('given CSV, then its file is closed', async () => {
    let closed: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (closed = resolve));
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('event\n');
        yield* endless(Buffer.from('signup\n'));
      } finally {
        closed();
      }
    };
    const file = { name: 'a.csv', size: 1, pieces, range: () => Promise.reject(new Error('not asked for')) };
    for await (const row of rowsOf(file, 'csv')) {
      expect(row).toEqual({ event: 'signup' });
      break;
    }
    await done; // the test's own time limit ends it otherwise
  });
});

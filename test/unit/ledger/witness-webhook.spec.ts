import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Checkpoint, signCheckpoint, signedNote } from '../../../src/ledger/seal.js';
import { keepTelling, tellAddress, toldFile, type ToldStore } from '../../../src/ledger/witness-webhook.js';

const { privateKey: key } = generateKeyPairSync('ed25519');
const checkpoint = (size: number): Checkpoint =>
  signCheckpoint('truth-ledger', size, Buffer.alloc(32, size), new Date('2026-04-01T00:00:00Z'), key);

describe('the address of the witness', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** A server that keeps what it is told and answers as the test says. */
  async function listener(statusOf: (turn: number) => number) {
    const told: { headers: IncomingHttpHeaders; body: Record<string, unknown> }[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        told.push({ headers: request.headers, body: JSON.parse(text) as Record<string, unknown> });
        response.writeHead(statusOf(told.length), { location: '/elsewhere' }).end('answer');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/witness` };
  }

  it('given a checkpoint, then the address gets it with its note and a key that is the same each time', async () => {
    const { told, url } = await listener(() => 200);
    await tellAddress(url, checkpoint(7), key);
    await tellAddress(url, checkpoint(7), key);
    expect(told[0]!.body).toMatchObject({ origin: 'truth-ledger', size: 7, note: signedNote(checkpoint(7), key) });
    expect(new Set(told.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set([`truth-ledger-7-${'07'.repeat(32)}`]),
    );
  });

  it.each([
    [204, true],
    [409, true],
    [302, false],
    [500, false],
  ])('given the answer %i, then told is %s', async (status, good) => {
    const { url } = await listener(() => status);
    const telling = tellAddress(url, checkpoint(7), key);
    await (good ? expect(telling).resolves.toBeUndefined() : expect(telling).rejects.toThrow(`answered ${status}`));
  });

  /** Checkpoints that appear one with each pause, up to a number of pauses. */
  async function tellingOf(url: string, told: ToldStore, { from, pauses }: { from: number; pauses: number }) {
    const stopping = new AbortController();
    const waited: number[] = [];
    const failures: unknown[] = [];
    let newest = from;
    await keepTelling({
      store: {
        latest: () => Promise.resolve(newest === 0 ? undefined : checkpoint(newest)),
        after: (size, limit) =>
          Promise.resolve(
            Array.from({ length: newest - size }, (_, index) => checkpoint(size + 1 + index)).slice(0, limit),
          ),
      },
      told,
      tell: (each) => tellAddress(url, each, key),
      signal: stopping.signal,
      failed: (error) => failures.push(error),
      wait(ms) {
        waited.push(ms);
        newest += 1;
        if (waited.length === pauses) stopping.abort();
        return Promise.resolve();
      },
    });
    return { waited, failures };
  }

  const aFile = async (): Promise<string> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'told-'));
    closing.push(() => rm(folder, { recursive: true }));
    return path.join(folder, 'data', 'witness-told');
  };
  const sizes = (told: readonly { body: Record<string, unknown> }[]) => told.map(({ body }) => body['size']);

  it('given an address that fails, when it works again, then it is told each checkpoint, once, in order, after ever longer pauses', async () => {
    const { told, url } = await listener((turn) => (turn <= 2 ? 503 : 200));
    const { waited, failures } = await tellingOf(url, toldFile(await aFile()), { from: 0, pauses: 5 });
    expect(sizes(told)).toEqual([1, 1, 1, 2, 3, 4]);
    expect(failures).toHaveLength(2);
    expect(waited).toEqual([5_000, 10_000, 20_000, 5_000, 5_000]);
  });

  it('given a restart while it fails, then what was sealed meanwhile is told as well', async () => {
    const { told, url } = await listener((turn) => (turn === 2 ? 503 : 200));
    const file = await aFile();
    await tellingOf(url, toldFile(file), { from: 7, pauses: 2 });
    expect(sizes(told)).toEqual([7, 8]);
    await tellingOf(url, toldFile(file), { from: 250, pauses: 1 });
    expect(sizes(told).slice(2)).toEqual(Array.from({ length: 243 }, (_, index) => 8 + index));
  });

  it.each(['', '12', '999\n'])('given %j as what was told, then it begins with the newest checkpoint', async (text) => {
    const { told, url } = await listener(() => 200);
    const file = await aFile();
    await toldFile(file).write(1);
    await writeFile(file, text);
    await tellingOf(url, toldFile(file), { from: 9, pauses: 1 });
    expect(sizes(told)).toEqual([9]);
  });
});

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Checkpoint, signCheckpoint, signedNote } from '../../../src/ledger/seal.js';
import { keepTelling, tellAddress } from '../../../src/ledger/witness-webhook.js';

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

  it('given an address that fails, when it works again, then it is told the newest, once, after ever longer pauses', async () => {
    const { told, url } = await listener((turn) => (turn <= 2 ? 503 : 200));
    const stopping = new AbortController();
    const pauses: number[] = [];
    const failures: unknown[] = [];
    let size = 1;
    await keepTelling({
      newest: () => Promise.resolve(size === 0 ? undefined : checkpoint(size)),
      tell: (newest) => tellAddress(url, newest, key),
      signal: stopping.signal,
      failed: (error) => failures.push(error),
      wait(ms) {
        pauses.push(ms);
        size = Math.min(size + 1, 3);
        if (pauses.length === 5) stopping.abort();
        return Promise.resolve();
      },
    });
    expect(told.map(({ body }) => body['size'])).toEqual([1, 2, 3]);
    expect(failures).toHaveLength(2);
    expect(pauses).toEqual([10_000, 20_000, 5_000, 5_000, 5_000]);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { asRefusal, basicAuth, raw, statusOf, stripeText, victim } from '../support/hostile.js';
import { call } from '../support/service-process.js';
import { signature } from '../support/traffic.js';

const { url, service, webhook, leavesNothing, isUnharmed } = victim();
const SLOW = 10_000;

/** How many files a process may have open; a great many where nobody says. */
function filesMax(): number {
  try {
    return Number(/Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}

describe('S8: too much, too slow, never ending', () => {
  const post = (path: string, more: string): string => `POST ${path} HTTP/1.1\r\nHost: x\r\n${more}`;
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;

  it('given 1 GB in chunks, then it is 413 long before, and the connection ends', async () => {
    const { answer, sent } = await leavesNothing(() =>
      endless(post('/webhooks/stripe', 'Transfer-Encoding: chunked\r\n\r\n'), chunk, 1e9),
    );
    // The end of the connection may overtake the answer on its way to one who still sends.
    expect(answer === '' ? 413 : statusOf(answer)).toBe(413);
    expect(sent).toBeLessThan(200e6);
  });

  it.each<[string, number, string[]]>([
    ['a length over the limit, and no body', 413, [post('/webhooks/stripe', 'Content-Length: 1073741824\r\n\r\n')]],
    ['headers of 17 KiB', 431, [post('/v1/events', `X-Long: ${'a'.repeat(17_000)}\r\n\r\n`)]],
    [
      '5,000 headers',
      431,
      [post('/v1/events', `${Array.from({ length: 5_000 }, (_, at) => `X-${at}: b\r\n`).join('')}\r\n`)],
    ],
    ['an address of 20 KiB', 431, [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`]],
    [
      'a length and chunks',
      400,
      [post('/v1/events', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')],
    ],
    ['two lengths', 400, [post('/v1/events', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde')]],
    ['a negative length', 400, [post('/v1/events', 'Content-Length: -1\r\n\r\n')]],
    ['an unknown transfer encoding', 400, [post('/v1/events', 'Transfer-Encoding: chunked, cow\r\n\r\n0\r\n\r\n')]],
    ['bare line feeds', 400, ['GET /health/live HTTP/1.1\nHost: x\n\n']],
    ['a folded header', 400, [post('/v1/events', 'X-A: b\r\n c: d\r\nContent-Length: 0\r\n\r\n')]],
    ['a space before the colon', 400, [post('/v1/events', 'Content-Length : 0\r\n\r\n')]],
    ['NUL in a header', 400, [post('/v1/events', 'X-A: \u0000\r\n\r\n')]],
    ['two hosts', 400, ['GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n']],
    ['no host', 400, ['GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n']],
    [
      'a report of 32 MiB by nobody, of which nothing is there yet',
      401,
      [
        post(
          '/v1/provider-reports?provider=stripe&kind=balance_itemised',
          'Content-Type: text/csv\r\nContent-Length: 33000000\r\n\r\n',
        ),
      ],
    ],
    ['a chunk size that is none', 400, [post('/v1/events', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n')]],
    ['TLS', 400, ['\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003']],
    ['a method that nobody knows', 400, ['BREW /v1/events HTTP/1.1\r\nHost: x\r\n\r\n']],
  ])('given %s, then %i as a problem, and nothing is written', async (_, status, parts) => {
    const answer = await leavesNothing(() => raw(url(), parts));
    expect([statusOf(answer), answer.includes('application/problem+json')]).toEqual([status, true]);
  });

  it('given senders that drip, stop in the middle or lie about the length, then each is told 408, while others are served', async () => {
    const body = stripeText();
    const head = `POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nStripe-Signature: ${signature(body)}\r\n`;
    const slow = leavesNothing(() =>
      Promise.all([
        raw(url(), ['POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nX-Never']),
        raw(url(), [`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 20)}`]),
        raw(url(), [`${head}Content-Length: ${body.length + 1}\r\n\r\n${body}`]),
        raw(url(), [`${head}Transfer-Encoding: chunked\r\n\r\n5\r\n${body.slice(0, 5)}\r\n`]),
        dripping(`${head}Content-Length: ${body.length}\r\n\r\n`, body),
      ]),
    );
    expect((await call(`${url()}/health/live`, { method: 'GET' })).status).toBe(200);
    expect((await slow).map(statusOf)).toEqual([408, 408, 408, 408, 408]);
  });

  it('given a length shorter than the body, then the rest is not taken for a request', async () => {
    const body = stripeText();
    const rest = `${body}GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n`;
    const answer = await leavesNothing(() =>
      raw(url(), [post('/webhooks/stripe', `Content-Length: 10\r\nConnection: close\r\n\r\n${rest}`)]),
    );
    expect(answer).not.toContain('200 OK');
    expect([400, 401]).toContain(statusOf(answer));
  });

  it('given gzip bombs at the collector, then 413, and memory stays where it was', async () => {
    const bomb = gzipSync(Buffer.alloc(200e6, ' '));
    const nested = gzipSync(bomb);
    for (const body of [bomb, nested, gzipSync(`[${' '.repeat(20e6)}]`)])
      for (const path of ['/v1/batch', '/batch/', '/e/?compression=gzip-js']) {
        const answer = await leavesNothing(() =>
          call(url() + path, { headers: { ...basicAuth, 'content-encoding': 'gzip' }, body }),
        );
        expect([400, 413]).toContain(asRefusal(answer).status);
      }
    expect(residentMB()).toBeLessThan(800);
  });

  it('given 2,000 connections that say nothing, then a delivery is taken all the same', async () => {
    const idle = await Promise.all(Array.from({ length: 2_000 }, () => connected()));
    expect((await webhook(stripeText())).status).toBe(202);
    for (const socket of idle) socket.destroy();
  });

  // Client and server are processes of their own, with as many files each.
  if (filesMax() >= SLOW + 1_000) {
    it('given 10,000 connections that send one byte of a header each second, then every delivery is taken all the same', async () => {
      const client = spawn(process.execPath, [
        ...[
          '--import',
          './test/support/typescript.mjs',
          'test/support/slow-clients.ts',
          new URL(url()).port,
          String(SLOW),
        ],
      ]);
      try {
        await once(client.stdout, 'data');
        for (let n = 0; n < 20; n++) expect((await webhook(stripeText())).status).toBe(202);
        expect(residentMB()).toBeLessThan(800);
      } finally {
        client.kill('SIGKILL');
        await once(client, 'close');
      }
    }, 180_000);
  } else {
    it('was not tested with 10,000 slow connections: a process may not have so many files open here', () => {
      expect(filesMax()).toBeLessThan(SLOW + 1_000);
    });
  }

  it('given 500 requests in one breath on one connection, then all are answered in order', async () => {
    const one = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await raw(url(), [`${one.repeat(499)}${one.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`]);
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(500);
  });
});

describe('after all of that', () => {
  it('the same process serves on, has written no error, and its read model follows the ledger', () => isUnharmed());
});

const residentMB = (): number => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service().pid}/status`, 'utf8'))?.[1]) / 1_024;
  } catch {
    return 0; // a system without /proc
  }
};

const connected = (): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(url()).port), '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });

/** Writes one part again and again until the server has had enough, or so many bytes are sent. */
async function endless(head: string, part: string, bytesMax: number): Promise<{ answer: string; sent: number }> {
  const socket = await connected();
  socket.on('error', () => undefined);
  let answer = '';
  let sent = 0;
  socket.on('data', (chunk) => (answer += chunk.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(head);
  while (!socket.destroyed && socket.writable && sent < bytesMax && answer === '') {
    sent += part.length;
    if (!socket.write(part)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  await closed;
  return { answer, sent };
}

/** One byte at a time, for as long as it is allowed to. */
async function dripping(head: string, body: string): Promise<string> {
  const socket = await connected();
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(head);
  let at = 0;
  const drip = setInterval(() => socket.writable && socket.write(body[at++] ?? ''), 500);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(drip);
  return answer;
}

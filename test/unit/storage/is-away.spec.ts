import net from 'node:net';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { toProblem } from '../../../src/app/errors/to-problem.js';
import { boundedDatabase } from '../../../src/storage/database.js';
import { isAway } from '../../../src/storage/is-away.js';
import { testDatabase } from '../../support/database.js';

/** What the driver says when it connects to something. */
const saidAt = (port: number, more: pg.PoolConfig = {}): Promise<unknown> => {
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'x', database: 'x', ...more });
  return pool
    .query('select 1')
    .catch((error: unknown) => error)
    .finally(() => pool.end());
};

async function listening(onConnection: (socket: net.Socket) => void): Promise<{ port: number; close(): void }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return { port, close: () => (sockets.forEach((socket) => socket.destroy()), void server.close()) };
}

describe('a database that is away', () => {
  it('given nobody listens, hangs up, or answers, then that is told from other errors, and who asks is told to come again', async () => {
    const deaf = await listening(() => undefined);
    const rude = await listening((socket) => socket.destroy());
    const gone = await listening(() => undefined);
    gone.close();
    try {
      const errors = [
        await saidAt(gone.port),
        await saidAt(rude.port),
        await saidAt(deaf.port, { connectionTimeoutMillis: 50 }),
      ];
      for (const error of errors) {
        expect([String(error), isAway(error)]).toEqual([String(error), true]);
        expect(toProblem(error)).toMatchObject({ code: 'unavailable' });
      }
    } finally {
      deaf.close();
      rude.close();
    }
  });

  it('given a connection that was given up because nothing came, then that is told too', async () => {
    const test = await testDatabase();
    const bounded = boundedDatabase(test.database, { silentMs: 100 });
    const error: unknown = await bounded.pool.query('select pg_sleep(60)').catch((failed: unknown) => failed);
    expect([String(error), isAway(error)]).toEqual(['Error: PostgreSQL was silent for 100 ms', true]);
    await bounded.close();
    await test.drop();
  });

  it.each([
    ['too many connections', '53300', true],
    ['a server that shuts down', '57P01', true],
    ['a statement that was told to stop', '57014', true],
    ['a transaction in which we were silent', '25P03', true],
    ['a row that is there already', '23505', false],
    ['a table that is not there', '42P01', false],
  ])('given %s, then %s is away: %s', (_, code, away) => {
    expect(isAway(Object.assign(new Error('x'), { code }))).toBe(away);
  });

  it('given errors that are no database, then they are not taken for one', () => {
    expect(isAway(new TypeError('x is not a function'))).toBe(false);
    expect(isAway(Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' }))).toBe(false);
    expect(isAway('Connection terminated')).toBe(false);
  });
});

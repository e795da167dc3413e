import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';

interface Line {
  level: string;
  msg: string;
  err?: { message: string };
}

/** Runs a process; `onLine` may send it signals. Resolves when it ended. */
function run(
  how: string,
  env: Record<string, string>,
  onLine: (msg: string, kill: (signal: NodeJS.Signals) => void) => unknown = () => undefined,
) {
  return new Promise<{ code: number | null; lines: Line[]; err: string }>((resolve) => {
    const args = ['--import', './test/support/typescript.mjs', 'test/unit/app/fake-process.ts', how];
    const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'], PORT: '0', ...env } });
    const lines: Line[] = [];
    let rest = '';
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop()!;
      for (const part of parts) {
        const line = JSON.parse(part) as Line;
        lines.push(line);
        onLine(line.msg, (signal) => child.kill(signal));
      }
    });
    child.on('close', (code) => resolve({ code, lines, err }));
  });
}

describe('how a serving process ends', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'given %s, when it serves, then it stops in order and exits with 0',
    async (signal) => {
      const { code, lines } = await run('well', {}, (msg, kill) => msg === 'listening' && kill(signal));
      expect([code, lines.map(({ msg }) => msg)]).toEqual([0, ['listening', 'stopping', 'stopped']]);
    },
  );

  it('given SIGTERM from a process manager and again from who started it, then that is one wish', async () => {
    // Told by itself, because the system makes one of two signals that come before the process takes the first.
    const { code, lines } = await run('told twice', {});
    expect([code, lines.at(-1)?.msg]).toEqual([0, 'stopped']);
  });

  it('given a stop that hangs, when a second signal comes, then it ends at once with 1', async () => {
    const { code, lines } = await run('hang', {}, (msg, kill) =>
      msg === 'listening' ? kill('SIGTERM') : msg === 'stopping' && kill('SIGINT'),
    );
    expect([code, lines.at(-1)]).toMatchObject([1, { level: 'fatal', msg: 'forced to stop' }]);
  });

  it('given a promise that fails unheard, when it serves, then it says so and exits with 1', async () => {
    const { code, lines } = await run('rejection', {});
    // It may fail before the line that says where it listens, or after.
    const fatal = lines.find(({ level }) => level === 'fatal');
    expect([code, fatal]).toMatchObject([1, { level: 'fatal', err: { message: 'nobody waits for this' } }]);
  });

  it('given mistakes in the settings, when it starts, then a sentence each, no stack, and 2', async () => {
    expect(await run('well', { PORT: 'x', LOG_LEVEL: 'y' })).toEqual({
      code: 2,
      lines: [],
      err: 'PORT must be a whole number from 0 to 65535.\nLOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent.\n',
    });
  });

  it('given a mistake that only opening shows, when it starts, then its sentence and 2', async () => {
    expect(await run('setup', {})).toEqual({ code: 2, lines: [], err: 'The folder belongs to somebody else.\n' });
  });

  it('given a port that is taken, when it starts, then its sentence and 2, nothing else, and no work was begun', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await run('rejection', { PORT: String(port) })).toEqual({
      ...{ code: 2, lines: [] },
      err: `Port ${port} of 127.0.0.1 is taken: set PORT to another one, or to 0 for any free one.\n`,
    });
    server.close();
  });

  it('given a defect, when it starts, then a fatal line and 1', async () => {
    const { code, lines } = await run('defect', {});
    expect([code, lines]).toMatchObject([
      1,
      [{ level: 'fatal', msg: 'the service could not start', err: { message: 'a bug' } }],
    ]);
  });
});

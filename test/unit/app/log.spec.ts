import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';

const SCRIPT = `
  import { createLog } from './src/app/log.ts';
  const log = createLog('info');
  process.on('SIGTERM', () => {
    log.info('one');
    log.info('two');
    log.fatal('three');
    process.exit(7);
  });
  setInterval(() => undefined, 60_000);
  log.info('up');
`;

const start = () =>
  spawn(process.execPath, ['--import', './test/support/typescript.mjs', '--input-type=module', '-e', SCRIPT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

describe('the log of a process', () => {
  it('given nobody reads it any more, then the process can end all the same', async () => {
    const child = start();
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([7, null]);
  });

  it('given the process ends at once after a line, then the line was written', async () => {
    const child = start();
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (text.includes('"up"')) child.kill('SIGTERM');
    });
    await once(child, 'close');
    const words = said
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(words).toEqual(['up', 'one', 'two', 'three']);
  });
});

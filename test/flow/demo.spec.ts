import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** `npm run demo` with these options, once everything is installed and built. */
function demo(...options: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['scripts/demo.mjs', ...options], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

it('given the smallest shop, when the demo has run, then every figure is as planted, every trial was stood, and the month is closed', async () => {
  const { code, said } = await demo('--exit', '--visitors', '500');
  expect([code, code === 0 ? '' : said.slice(-8_000)]).toEqual([0, '']);
  expect(said).toMatch(/✓ [\d,]{5,} figures of the generator's own plan, all as the service answers them/);
  for (const trial of [
    'a forged delivery was refused',
    'repeated 100 times',
    'kill -9: back',
    'the closed number did not move',
  ])
    expect(said).toContain(trial);
  expect(said).not.toContain('✗');
}, 300_000);

it('given an option that makes no sense, then it says so and runs nothing', async () => {
  expect(await demo('--visitors', 'many')).toEqual({
    ...{ code: 2, said: '--visitors must be a whole number from 500 to 100000.\n' },
  });
});

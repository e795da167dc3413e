import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

// In a process of its own: it would end there by what nobody heard, which Jest keeps from a test.
const SCRIPT = `
  import { setTimeout as wait } from 'node:timers/promises';
  import { Zone } from './src/kernel/day.ts';
  import { packedDays } from './src/reconcile/sift/packed-days.ts';
  import { LIMITS } from './src/reconcile/sift/limits.ts';
  import { reconciledMetrics } from './src/reconcile/reconciled-metrics.ts';
  let asked = 0;
  const query = async () => {
    asked += 1;
    if (asked === 3) throw new Error('the connection is lost');
    return { rows: [] };
  };
  const days = Array.from({ length: 99 }, (_, n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
  const given = { metric: reconciledMetrics[0], zone: new Zone('UTC'), described: false, limits: LIMITS };
  let read = 0;
  try {
    for await (const some of packedDays({ query }, { events: () => 'select' }, given, days)) {
      read = some.read;
      await wait(1); // works on them while the next statement fails
    }
  } catch (error) {
    console.log(error.message, read, asked);
  }
`;

describe('days that are read ahead', () => {
  it('given a statement that fails while those before it are worked on, then whoever asks for it is told, and the process lives', () => {
    const args = ['--import', './test/support/typescript.mjs', '--input-type=module', '-e', SCRIPT];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([stdout, status]).toEqual(['the connection is lost 3 3\n', 0]);
  });
});

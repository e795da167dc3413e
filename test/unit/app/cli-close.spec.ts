import { describe, expect, it } from '@jest/globals';
import type { CliContext } from '../../../src/cli/context.js';
import { runCli } from '../../../src/cli/program.js';
import { Problem } from '../../../src/kernel/errors.js';
import { FakeService } from './fake-service.js';

const DIGEST = 'd'.repeat(64);

/** Runs one call over a fake service in which every step leads to this period, or is refused. */
async function cli(args: string[], period: () => unknown = () => ({ id: '2026-10', state: 'closed', version: 1 })) {
  const fake = new FakeService();
  fake.period = period;
  const [out, err]: [string[], string[]] = [[], []];
  const context: CliContext = {
    env: {},
    clock: () => new Date('2026-11-03T12:00:00Z'),
    open: () =>
      Promise.resolve({
        ...fake.as(),
        start: () => Promise.resolve(),
        stop: () => Promise.resolve(),
      }),
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    serve: () => Promise.resolve(),
    script: () => Promise.resolve(0),
    exitCode: 0,
  };
  const code = await runCli(args, context);
  const steps = fake.queries.map(({ name, args: [of, data] }) => [name, of, data]);
  return { code, out: out.join('\n'), err: err.join('\n'), steps, acting: fake.queries[0]?.args.at(-1) };
}

describe('truth-ledger close', () => {
  it.each([
    [['--check'], ['softClose', '2026-10']],
    [['--propose'], ['propose', '2026-10', { step: 'propose' }]],
    [
      ['--propose', '--force', 'why'],
      ['propose', '2026-10', { force: 'why' }],
    ],
    [
      ['--approve', DIGEST],
      ['approve', '2026-10', { digest: DIGEST }],
    ],
    [
      ['--waive', 'adyen', '--reason', 'why'],
      ['waive', '2026-10', { provider: 'adyen', reason: 'why' }],
    ],
    [[], ['close', '2026-10']],
  ])('given %j, then that step is taken, in the name of who runs it', async (options, [name, of, data]) => {
    const { code, steps, acting } = await cli(['close', '2026-10', ...options]);
    expect(code).toBe(0);
    expect(steps).toEqual([
      [name, of, data ? expect.objectContaining(data as object) : expect.objectContaining({ name: expect.anything() })],
    ]);
    expect(acting).toMatchObject({ actor: expect.stringMatching(/^cli:.+/), name: expect.stringMatching(/.+/) });
  });

  it.each([
    [['close']],
    [['close', 'october']],
    [['close', '2026-10', '--propose', '--check']],
    [['close', '2026-10', '--approve', 'yes']],
    [['close', '2026-10', '--waive', 'adyen']],
    [['close', '2026-10', '--check', '--force', 'why']],
    [['close', '2026-10', '--force', 'why']],
    [['close', '2026-10', '--propose', '--force', 'ask jane@example.com']],
    [['reopen']],
  ])('given %j, then exit code 2, a sentence, and nothing is done', async (args) => {
    const { code, err, steps } = await cli(args);
    expect([code, steps]).toEqual([2, []]);
    expect(err.length).toBeGreaterThan(10);
  });

  it('given a proposal, then it says what the other person has to run', async () => {
    const { out } = await cli(['close', '2026-10', '--propose'], () => ({
      ...{ id: '2026-10', state: 'proposed', version: 0, proposal: { up_to: 7, digest: DIGEST } },
    }));
    expect(out).toContain(`truth-ledger close 2026-10 --approve ${DIGEST}`);
  });

  it('given blockers, when checked, then they are listed and the exit code is 1', async () => {
    const { code, out } = await cli(['close', '2026-10', '--check'], () => ({
      ...{ id: '2026-10', state: 'soft_closed', version: 0 },
      soft_close: { position: 7, blockers: [{ kind: 'suspense', detail: 'No rule posts it.' }] },
    }));
    expect([code, out]).toEqual([1, expect.stringContaining('No rule posts it.')]);
  });

  it('given a refusal, then every reason is told, as JSON too, and the exit code is 1', async () => {
    const refuse = (): never => {
      throw new Problem('close_blocked', 'One thing is in the way.', { errors: ['suspense: no rule posts it.'] });
    };
    const { code, out, err } = await cli(['close', '2026-10', '--json'], refuse);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      ...{ code: 'close_blocked', detail: 'One thing is in the way.', errors: ['suspense: no rule posts it.'] },
    });
    expect(err).toContain('no rule posts it');
  });
});

describe('truth-ledger reopen', () => {
  it('given a reason, then it is asked for, and the answer says that a second person decides', async () => {
    const { code, out, steps } = await cli(['reopen', '2026-10', '--reason', 'a refund'], () => ({
      ...{ id: '2026-10', state: 'closed', version: 1, reopen_request: { reason: 'a refund' } },
    }));
    expect([code, steps]).toEqual([0, [['reopen', '2026-10', expect.objectContaining({ reason: 'a refund' })]]]);
    expect(out).toContain('second person');
  });
});

import { describe, expect, it } from '@jest/globals';
import type { CommandBus } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import { DismissDeadLetter } from '../../../src/app/commands/dismiss-dead-letter.js';
import { Operator } from '../../../src/app/commands/operator.js';
import { Problem } from '../../../src/kernel/errors.js';

/** The audit lines of a dismissal whose reason holds an address. */
async function audited(execute: () => Promise<unknown>): Promise<object[]> {
  const lines: object[] = [];
  const write = (line: object): unknown => lines.push(line);
  const operator = new Operator(
    { execute } as unknown as CommandBus,
    { info: write, warn: write } as unknown as Logger,
  );
  const asker = { actor: 'cli:ada', correlationId: 'c1' };
  await operator.run(new DismissDeadLetter('l1', 'ada@shop.example asked', asker)).catch(() => undefined);
  return lines;
}

describe('the audit line of an operator command', () => {
  it('given it is refused, then it says so without the reason, which nobody has checked', async () => {
    const lines = await audited(() => Promise.reject(new Problem('invalid_request')));
    expect(lines).toEqual([
      expect.objectContaining({ command: 'DismissDeadLetter', outcome: 'invalid_request', details: { id: 'l1' } }),
    ]);
  });

  it('given it is done, then it says why', async () => {
    const lines = await audited(() => Promise.resolve({}));
    expect(lines).toEqual([
      expect.objectContaining({ outcome: 'done', details: expect.objectContaining({ id: 'l1' }) }),
    ]);
    expect(JSON.stringify(lines)).toContain('asked');
  });
});

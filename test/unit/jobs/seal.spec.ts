import { expect, it } from '@jest/globals';
import { jobs } from '../../../src/jobs/index.js';
import type { JobContext } from '../../../src/jobs/job.js';
import { seal, sealJob } from '../../../src/jobs/seal.js';
import { verifyNightly } from '../../../src/jobs/verify-nightly.js';

it('given the night or somebody who asks, then the seal says why it was made and who is answerable', async () => {
  const asked: unknown[][] = [];
  const enter = (...given: unknown[]) => Promise.resolve(void asked.push(given));
  const context = { seal: { enter } } as unknown as JobContext;
  await seal.run({}, context);
  await seal.run(sealJob('key:7').data, context);
  expect(asked).toEqual([
    [{ reason: 'nightly' }, { actor: 'system', correlationId: 'seal' }],
    [{ reason: 'asked' }, { actor: 'key:7', correlationId: 'seal' }],
  ]);
});

it('comes before the verification, in the queue of long jobs, where they are one after the other', () => {
  expect(jobs.filter(({ long }) => long)).toEqual([seal, verifyNightly]);
  const minute = ({ schedule = '' }: { schedule?: string }): number[] => schedule.split(' ').slice(1, 3).map(Number);
  expect([minute(seal), minute(verifyNightly)]).toEqual([
    [5, 4],
    [15, 4],
  ]);
});

import type { Enqueued, Job } from './job.js';

export const verifyNightly: Job = {
  name: 'verify-nightly',
  meaning:
    'Every night: derives every hash of the ledger and every number again, compares, and records what came of it in the ledger.',
  schedule: '0 15 4 * * *',
  long: true,
  blocks: false,
  async run({ actor = 'system' }, { verification, progress }) {
    await verification?.run({ actor, correlationId: 'verify-nightly' }, progress);
  },
};

/** The same, because somebody asks; asked again while it waits or runs, it changes nothing. */
export const verifyJob = (actor: string): Enqueued => ({
  name: verifyNightly.name,
  id: 'verify-asked',
  data: { actor },
});

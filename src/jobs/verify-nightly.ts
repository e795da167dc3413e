import type { Enqueued, Job } from './job.js';

export const verifyNightly: Job = {
  name: 'verify-nightly',
  meaning:
    'Every night: derives every hash of the ledger and every number again, compares, and records the verdict in the ledger.',
  schedule: '0 15 4 * * *',
  blocks: false,
  async run({ actor = 'system' }, { verification, progress }) {
    await verification?.run({ actor, correlationId: 'verify-nightly' }, progress);
  },
};

/** The same, because somebody asks. One at a time is enough. */
export const verifyJob = (actor: string): Enqueued => ({
  name: verifyNightly.name,
  id: 'verify-asked',
  data: { actor },
});

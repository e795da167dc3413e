import type { Enqueued, Job } from './job.js';

export const seal: Job = {
  name: 'seal',
  meaning:
    'Every night, before the verification: seals all that was appended and writes the signed root into the ledger itself.',
  schedule: '0 5 4 * * *',
  long: true,
  blocks: false, // a close makes a seal of its own, or refuses
  async run({ actor }, { seal: seals }) {
    const why = { reason: actor === undefined ? 'nightly' : 'asked' } as const;
    await seals?.enter(why, { actor: actor ?? 'system', correlationId: 'seal' });
  },
};

/** The same, because somebody asks; asked again while it waits or runs, it changes nothing. */
export const sealJob = (actor: string): Enqueued => ({ name: seal.name, id: 'seal-asked', data: { actor } });

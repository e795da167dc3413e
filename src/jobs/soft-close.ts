import type { Job } from './job.js';

export const softClose: Job = {
  name: 'soft-close',
  meaning:
    'Every night: the checks of periods that have ended and are not closed, so that what is in the way shows in time.',
  schedule: '0 45 3 * * *',
  async run(_, { close }) {
    await close.softCloseEnded({ actor: 'system', name: '', correlationId: 'soft-close' });
  },
};

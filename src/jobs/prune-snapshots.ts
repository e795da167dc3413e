import type { Job } from './job.js';

export const pruneSnapshots: Job = {
  name: 'prune-snapshots',
  meaning: 'Every night: removes snapshots of sources that newer ones replaced, and old page requests.',
  schedule: '0 30 4 * * *',
  blocks: false, // what is kept too long changes no number
  async run(_, { reconcile }) {
    await reconcile.pruneSnapshots();
  },
};

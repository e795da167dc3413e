import type { Job } from './job.js';

export const pruneTracked: Job = {
  name: 'prune-tracked',
  meaning: 'Every night: removes client-side events that are older than they are kept.',
  schedule: '0 0 5 * * *',
  blocks: false, // what is kept too long changes no number
  async run(_, { reconcile, progress }) {
    await reconcile.pruneTracked((removed) => progress(removed, removed)); // how many there are nobody has counted
  },
};

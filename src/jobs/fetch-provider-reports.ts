import type { Job } from './job.js';

export const fetchProviderReports: Job = {
  name: 'fetch-provider-reports',
  meaning: 'Every hour: reports that providers say they have made, fetched where it is known who may read them.',
  schedule: '0 50 * * * *',
  async run(_, { announced, progress }) {
    await announced?.note(progress);
    await announced?.fetch('system', progress);
  },
};

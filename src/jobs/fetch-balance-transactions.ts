import type { Job } from './job.js';

export const fetchBalanceTransactions: Job = {
  name: 'fetch-balance-transactions',
  meaning: 'Every hour: lines of the balance and payouts that providers made lately, which no webhook carries.',
  schedule: '0 40 * * * *',
  async run(_, { imports }) {
    for (const name of imports?.providers ?? []) await imports!.sweep(name);
  },
};

import type { Job } from './job.js';

export const tieOutMonth: Job = {
  name: 'tie-out-month',
  meaning:
    'Every night: the balances of the period before against the ledger, until everything ties out and nothing arrives any more.',
  schedule: '0 30 5 * * *',
  async run(_, { tieOuts, close }) {
    const period = close.lastEnded();
    const states = (await tieOuts?.state(period)) ?? [];
    if (states.some(({ status }) => status === 'pending' || status === 'differs'))
      await tieOuts!.run(period.id, { actor: 'system', correlationId: `tie-out-${period.id}` });
  },
};

import { addDays } from '../kernel/day.js';
import type { Job } from './job.js';

export const tieOutMonth: Job = {
  name: 'tie-out-month',
  meaning:
    'Every night: the balances of the month before against the ledger, until everything ties out and nothing arrives any more.',
  schedule: '0 30 5 * * *',
  async run(_, { tieOuts, zone, clock }) {
    const firstDay = `${zone.dayOf(clock().getTime()).slice(0, 7)}-01`;
    const month = addDays(firstDay, -1).slice(0, 7);
    const period = { id: month, from: `${month}-01`, to: addDays(firstDay, -1) };
    const states = (await tieOuts?.state(period)) ?? [];
    if (states.some(({ status }) => status === 'pending' || status === 'differs'))
      await tieOuts!.run(month, { actor: 'system', correlationId: `tie-out-${month}` });
  },
};

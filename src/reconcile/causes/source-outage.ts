import { type Cause, likely } from '../cause.js';

export const sourceOutage: Cause = {
  name: 'source_outage',
  meaning: 'The source recorded nothing from anybody at that time although it usually does, or could not be read.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    const outage = truth && evidence.outage(truth);
    return outage && likely({ from: iso(outage.from), to: iso(outage.to), why: outage.why });
  },
};

const iso = (at: number): string => new Date(at).toISOString();

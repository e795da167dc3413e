import { type Cause, likely } from '../cause.js';

export const consentWithheld: Cause = {
  name: 'consent_withheld',
  meaning: 'The person had denied analytics before it happened, and no event of theirs came on that day.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    const consent = truth && evidence.consent(truth);
    if (consent?.analytics !== 'denied' || consent.at > truth!.at) return undefined;
    // A client that goes on sending does not heed the refusal: something else lost this event.
    const [from, to] = evidence.dayOf(truth!);
    if (evidence.seenAt(truth!).some((at) => at >= from && at < to)) return undefined;
    return likely({ denied_at: new Date(consent.at).toISOString(), entry_id: consent.entryId });
  },
};

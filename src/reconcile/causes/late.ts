import { type Cause, certain } from '../cause.js';

const HOUR_MS = 3_600_000;

/** An hour after the truth is no matter of midnight any more. */
const isLate = (at: number, truthAt: number): boolean => at - truthAt > HOUR_MS;

export const late: Cause = {
  name: 'late',
  meaning: 'The client recorded it on a later day than it happened, more than an hour after it.',
  parts: ['missing', 'client_only', 'other_day', 'tracked_other_day'],
  explain: ({ part, truth: counted, tracked }, evidence) => {
    const truth = part === 'client_only' ? tracked && evidence.farTruth(tracked)[0] : counted;
    if (!truth) return undefined;
    const event = part === 'missing' ? evidence.farTracked(truth).find((far) => isLate(far.at, truth.at)) : tracked;
    if (!event || event.day <= truth.day || !isLate(event.at, truth.at)) return undefined;
    return certain({
      tracked_day: event.day,
      actual_day: truth.day,
      late_s: Math.round((event.at - truth.at) / 1000),
      message_id: event.messageId,
    });
  },
};

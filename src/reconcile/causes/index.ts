import type { Cause } from '../cause.js';
import { bot } from './bot.js';
import { cachedPage } from './cached-page.js';
import { clientNeverSeen } from './client-never-seen.js';
import { consentWithheld } from './consent-withheld.js';
import { destinationDuplicate } from './destination-duplicate.js';
import { duplicate } from './duplicate.js';
import { invalidCurrency } from './invalid-currency.js';
import { invalidValue } from './invalid-value.js';
import { late } from './late.js';
import { lostEvent } from './lost-event.js';
import { notCompleted } from './not-completed.js';
import { notTrackable } from './not-trackable.js';
import { otherDay } from './other-day.js';
import { rateLimited } from './rate-limited.js';
import { rejectedAtCollection } from './rejected-at-collection.js';
import { replayed } from './replayed.js';
import { scriptBlocked } from './script-blocked.js';
import { sourceOutage } from './source-outage.js';
import { stagingHost } from './staging-host.js';
import { testOrder } from './test-order.js';

/** Every cause, the most telling first: the first that explains an id is its primary cause. */
export const causes: readonly Cause[] = [
  destinationDuplicate,
  duplicate,
  testOrder,
  stagingHost,
  bot,
  notTrackable,
  replayed,
  late,
  otherDay,
  notCompleted,
  // Of what is missing: first what a record says of this person, then what was true for everybody, then what was not seen.
  rejectedAtCollection,
  rateLimited,
  consentWithheld,
  sourceOutage,
  scriptBlocked,
  cachedPage,
  clientNeverSeen,
  lostEvent,
  invalidCurrency,
  invalidValue,
];

import type { Cause } from '../cause.js';
import { bot } from './bot.js';
import { clientNeverSeen } from './client-never-seen.js';
import { duplicate } from './duplicate.js';
import { invalidCurrency } from './invalid-currency.js';
import { invalidValue } from './invalid-value.js';
import { late } from './late.js';
import { lostEvent } from './lost-event.js';
import { notCompleted } from './not-completed.js';
import { notTrackable } from './not-trackable.js';
import { otherDay } from './other-day.js';
import { rejectedAtCollection } from './rejected-at-collection.js';

/** Every cause, the most telling first: the first that explains an id is its primary cause. */
export const causes: readonly Cause[] = [
  duplicate,
  bot,
  notTrackable,
  late,
  otherDay,
  notCompleted,
  rejectedAtCollection,
  clientNeverSeen,
  lostEvent,
  invalidCurrency,
  invalidValue,
];

import type { Day } from '../../kernel/day.js';
import type { AdjustmentCause } from './close-contents.js';
import type { PostingLine } from '../journal/posting.js';

/** A line as a period reports it: one of its own days, or the difference of a closed day. */
export interface JournalLine extends PostingLine {
  /** The day it belongs to; `day` is the first of the period where it adjusts an earlier one. */
  originDay: Day;
  /** The journal entry that an adjustment corrects. */
  originEntry?: string | undefined;
  cause?: AdjustmentCause | undefined;
}

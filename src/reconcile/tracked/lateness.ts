const HOUR_MS = 3_600_000;

/**
 * Days up to yesterday for which late data may come, and which are compared again: as long as is agreed, and a day longer than the source
 * takes to settle. Pure.
 */
export const lateDays = (agreedHours: number, settlesMs: number): number =>
  Math.ceil(Math.max(agreedHours, settlesMs / HOUR_MS + 24) / 24);

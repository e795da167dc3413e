import type { Clock } from '../kernel/clock.js';

const KEPT_MS = 2_000; // less than the pause between two scrapes
const GIVEN_UP_MS = 60_000;

/**
 * What `read` gives, kept for two seconds and read by one at a time: however often it is asked for, the database has one reading under way. One
 * that failed is made again for the next who asks, one that hangs after a minute.
 */
export function sharedReading<T>(read: () => Promise<T>, clock: Clock): () => Promise<T> {
  let begunAt = 0;
  let state: 'none' | 'under_way' | 'read' = 'none';
  let reading: Promise<T>;
  return () => {
    const age = clock().getTime() - begunAt;
    const holds = state !== 'none' && age >= 0 && age < (state === 'read' ? KEPT_MS : GIVEN_UP_MS);
    if (!holds) {
      [begunAt, state] = [clock().getTime(), 'under_way'];
      const begun = read();
      reading = begun;
      const settle = (how: 'none' | 'read') => (): void => {
        if (reading === begun) state = how;
      };
      begun.then(settle('read'), settle('none'));
    }
    return reading;
  };
}

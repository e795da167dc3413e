import { describe, expect, it } from '@jest/globals';
import { silences, SLOT_MS, USUAL_DAYS } from '../../../src/reconcile/tracked/silence.js';

const DAY_MS = 86_400_000;
const FROM = Date.parse('2026-10-03T00:00:00Z');
const window = { from: FROM, to: FROM + DAY_MS };

/** Eight days with so many events in each slot, `at` being the slot of the day. */
const traffic = (events: (at: number, day: number) => number) =>
  Array.from({ length: (USUAL_DAYS + 1) * 144 }, (_, slot) => {
    const [day, at] = [Math.floor(slot / 144) - USUAL_DAYS, slot % 144];
    return { at: FROM + day * DAY_MS + at * SLOT_MS, events: events(at, day) };
  }).filter(({ events }) => events > 0);

describe('silence of a source', () => {
  it('given an hour without events where there are usually thirty, then it is one, from slot to slot', () =>
    expect(
      silences(
        traffic((at, day) => (day === 0 && at >= 60 && at < 66 ? 0 : 5)),
        window,
      ),
    ).toEqual([{ from: FROM + 60 * SLOT_MS, to: FROM + 66 * SLOT_MS }]));
  it('given a night that is always quiet, then it is none', () =>
    expect(
      silences(
        traffic((at) => (at < 40 ? 0 : 5)),
        window,
      ),
    ).toEqual([]));
  it('given a stretch too short to be sure, then it is none', () =>
    expect(
      silences(
        traffic((at, day) => (day === 0 && at >= 60 && at < 62 ? 0 : 5)),
        window,
      ),
    ).toEqual([]));
  it('given a silence until the end of the day, then it ends with it', () =>
    expect(
      silences(
        traffic((at, day) => (day === 0 && at >= 140 ? 0 : 5)),
        window,
      ),
    ).toEqual([{ from: FROM + 140 * SLOT_MS, to: window.to }]));
  it('given fewer than three days before, then nothing is said', () =>
    expect(
      silences(
        traffic((_, day) => (day < -2 || day === 0 ? 0 : 5)),
        window,
      ),
    ).toEqual([]));
});

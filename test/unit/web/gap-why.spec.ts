import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Row } from '../../../web/src/api.ts';
import { whyOf } from '../../../web/src/views/gap/why.ts';

const row = (given: Partial<Row>): Row =>
  ({
    ...{ matched_by: 'id', missing: 0, expected: 0, client_only: 0, duplicates: 0, causes_by_part: {} },
    ...given,
  }) as Row;

describe('why a source differs, over some days', () => {
  it('given days with causes, then those of a part are added up, most ids first, and the rest is unexplained', () => {
    const why = whyOf([
      row({ missing: 5, expected: 4, causes_by_part: { missing: { lost_event: 2, client_never_seen: 2 } } }),
      row({
        missing: 3,
        client_only: 1,
        causes_by_part: { missing: { client_never_seen: 3 }, client_only: { bot: 1 } },
      }),
    ]);
    expect(why).toEqual({
      ...{ missed: 8, phantom: 1, twice: 0, unexplained: 1 },
      causes: [
        { part: 'missing', cause: 'client_never_seen', times: 5 },
        { part: 'missing', cause: 'lost_event', times: 2 },
        { part: 'client_only', cause: 'bot', times: 1 },
      ],
    });
  });

  it('given a source that only counts, then nothing is told of ids', () => {
    expect(whyOf([row({ matched_by: 'count', missing: null })])).toBeNull();
    expect(whyOf([])).toBeNull();
  });

  it('given any days, then causes and what none explains are what was missed and what is too much', () => {
    const counts = fc.record({ known: fc.nat(50), unknown: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(fc.tuple(counts, counts, counts), { minLength: 1, maxLength: 6 }), (days) => {
        const rows = days.map(([missing, phantom, twice]) =>
          row({
            missing: missing.known + missing.unknown,
            client_only: phantom.known + phantom.unknown,
            duplicates: twice.known + twice.unknown,
            causes_by_part: {
              missing: { late: missing.known },
              client_only: { late: phantom.known },
              duplicates: { duplicate: twice.known },
              other_day: { late: 7 },
            },
          }),
        );
        const { missed, phantom, twice, causes, unexplained } = whyOf(rows)!;
        const explained = causes.reduce((sum, { times }) => sum + times, 0);
        if (explained + unexplained !== missed + phantom + twice) throw new Error('they do not sum');
        if (unexplained !== days.flat().reduce((sum, { unknown }) => sum + unknown, 0)) throw new Error('unexplained');
      }),
    );
  });
});

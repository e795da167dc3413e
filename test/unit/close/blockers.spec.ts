import { describe, expect, it } from '@jest/globals';
import { type BlockerDeps, blockersOf, withoutTieOuts } from '../../../src/close/period/blockers.js';
import type { BookProblem, Books } from '../../../src/close/books/books.js';
import type { TieOutState } from '../../../src/close/tie-outs.js';
import { Zone } from '../../../src/kernel/day.js';

const OCTOBER = { id: '2026-10', from: '2026-10-01', to: '2026-10-31' };
const REACHED = { head: 9, model: 9, books: 9 };

const given = ({
  letters = 0,
  hours = [] as Date[],
  problems = [] as BookProblem[],
  ties = [] as TieOutState[],
} = {}): BlockerDeps => ({
  database: { pool: { query: () => Promise.resolve({ rows: [{ count: letters, ids: ['l1'] }] }) } } as never,
  books: { problems: () => Promise.resolve(problems) } as unknown as Books,
  tieOuts: { state: () => Promise.resolve(ties) },
  completeness: { incomplete: () => Promise.resolve(hours) },
  clock: () => new Date('2026-11-03'),
  zone: new Zone('UTC'),
});
const kinds = async (deps: BlockerDeps, reach = REACHED, waived: string[] = []) =>
  (
    await blockersOf(
      deps,
      OCTOBER,
      reach,
      waived.map((provider) => ({ provider })),
    )
  ).map(({ kind, forceable }) => [kind, forceable]);
const tie = (status: TieOutState['status'], provider = 'stripe'): TieOutState => ({
  ...{ provider, currency: 'USD', status, link: '/v1/x' },
});

describe('what is in the way of a close', () => {
  it('given nothing, then nothing is', async () => expect(await kinds(given({ ties: [tie('tied')] }))).toEqual([]));

  it('given missing hours and open letters, then each is one blocker, that a reason may force', async () => {
    const deps = given({ letters: 2, hours: [new Date('2026-10-03T10:00:00Z')] });
    expect(await kinds(deps)).toEqual([
      ['incomplete', true],
      ['dead_letters', true],
    ]);
  });

  it('given a model or books that are behind, then no reason helps, and nothing is asked of a model that is', async () => {
    const problems: BookProblem[] = [
      { kind: 'suspense', object: 'x', day: '2026-10-03', detail: 'It is in suspense.' },
    ];
    expect(await kinds(given({ problems }), { ...REACHED, model: 8 })).toEqual([['projection_lag', false]]);
    expect(await kinds(given({ problems }), { ...REACHED, books: 8 })).toEqual([
      ['projection_lag', false],
      ['suspense', true],
    ]);
  });

  it('given problems of the books, then those of a kind are one blocker that counts them; unbalanced is never forced', async () => {
    const of = (kind: BookProblem['kind'], object: string): BookProblem => ({
      kind,
      object,
      day: '2026-10-03',
      detail: object,
    });
    const problems = [of('suspense', 'a'), of('unbalanced', 'b'), of('suspense', 'c')];
    expect(await kinds(given({ problems }))).toEqual([
      ['suspense', true],
      ['unbalanced', false],
    ]);
    const [suspense] = await blockersOf(given({ problems }), OCTOBER, REACHED, []);
    expect(suspense).toMatchObject({
      count: 2,
      objects: ['a', 'c'],
      link: '/v1/books/problems?from=2026-10-01&to=2026-10-31',
    });
  });

  it('given providers that do not tie, then a waiver lifts what is tied out with nothing, of that provider alone', async () => {
    const ties = [tie('none'), tie('none', 'adyen'), tie('pending'), tie('differs')];
    expect(await kinds(given({ ties }))).toEqual([
      ['no_tie_out', false],
      ['no_tie_out', false],
      ['tie_out_pending', true],
      ['tie_out_differs', true],
    ]);
    expect(await kinds(given({ ties }), REACHED, ['stripe'])).toEqual([
      ['no_tie_out', false],
      ['tie_out_pending', true],
      ['tie_out_differs', true],
    ]);
  });

  it('given no tie-outs at all, then every provider that the journal names is tied out with nothing', async () => {
    const lines = ['stripe:txn_1', 'payment:ch_2', undefined, 'stripe:txn_3'].map((object) => ({
      object,
      currency: 'EUR',
    }));
    const books = {
      async *lines() {
        yield* await Promise.resolve(lines);
      },
    } as unknown as Books;
    const states = await withoutTieOuts(books).state(OCTOBER);
    expect(states.map(({ provider, currency, status }) => [provider, currency, status])).toEqual([
      ['stripe', 'EUR', 'none'],
      ['unknown', 'EUR', 'none'],
    ]);
  });
});

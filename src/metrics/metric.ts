import type { Contribution, Metric, SubjectState, Term } from '../catalog/subjects.js';

type StateOf<K extends SubjectState['kind']> = Extract<SubjectState, { kind: K }>;
type Described = Omit<Metric, 'shape'>;

/** A metric that sums over days: what one subject's state contributes to it. */
export const defineFlow = <K extends SubjectState['kind']>(
  metric: Described & { of: K; from: (subject: StateOf<K>) => readonly Contribution[] },
): Metric => {
  const { of, from, ...described } = metric;
  return { ...described, shape: { kind: 'flow', of, from: from } };
};

/** A metric that is a signed sum of others. */
export const defineSum = (metric: Described & { terms: readonly Term[] }): Metric => {
  const { terms, ...described } = metric;
  return { ...described, shape: { kind: 'sum', terms } };
};

/** A metric that is what there is at the end of a period: everything that its terms ever added and took. */
export const defineStock = (metric: Described & { terms: readonly Term[] }): Metric => {
  const { terms, ...described } = metric;
  return { ...described, shape: { kind: 'stock', terms } };
};

/** A metric that divides one by another over the same days. */
export const defineRatio = (
  metric: Described & { numerator: string; denominator: string; numeratorFilter?: { source: string } },
): Metric => {
  const { numerator, denominator, numeratorFilter, ...described } = metric;
  return {
    ...described,
    shape: { kind: 'ratio', numerator, denominator, ...(numeratorFilter ? { numeratorFilter } : {}) },
  };
};

/** One of something that happened. */
export const one = (happened: { at: number; fact: string; entryId: string }): Contribution => ({
  at: happened.at,
  fact: happened.fact,
  entryId: happened.entryId,
  delta: 1n,
  currency: '',
});

/** An amount that moved. */
export const amount = (
  happened: { at: number; fact: string; entryId: string; amountMinor: bigint; currency: string },
  sign: 1n | -1n = 1n,
): Contribution => ({
  at: happened.at,
  fact: happened.fact,
  entryId: happened.entryId,
  delta: sign * happened.amountMinor,
  currency: happened.currency,
});

import { expect, it } from '@jest/globals';
import { learnCurrencies } from '../../../web/src/format.ts';
import { duration, evidenceText } from '../../../web/src/views/gap/evidence.ts';

it('given evidence, then its amounts have their currency, its seconds are hours, and all else is as it is', () => {
  learnCurrencies([{ currency: 'JPY', exponent: 0 }]);
  const evidence = {
    ...{ message_id: 'm1', amount_actual: '10908', amount_tracked: 11908, late_s: 40_034 },
    ...{ refs: ['order:o1', 'order:o2'], truth: { amount_actual: '-5' }, amount_note: 'none' },
  };
  expect(evidenceText(evidence, 'USD')).toBe(
    'message id m1; amount actual 109.08 USD; amount tracked 119.08 USD; late 11 h 7 min; refs order:o1 order:o2; truth amount actual -0.05 USD; amount note none',
  );
  expect(evidenceText({ amount_actual: '10908' }, 'JPY')).toBe('amount actual 10,908 JPY');
  expect(evidenceText({ amount_actual: '10908' }, undefined)).toBe('amount actual 10908');
});

it.each([
  [0, '0 s'],
  [40, '40 s'],
  [3_600, '1 h'],
  [-90, '-1 min 30 s'],
  [183_600, '2 d 3 h'],
  [86_401, '1 d 1 s'],
])('given %i seconds, then they are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

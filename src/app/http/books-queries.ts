import { z } from 'zod';
import { isDay } from '../../kernel/day.js';
import { currencyCode as code, only, paging, position, range, ranged } from './queries.js';

export const BooksQuery = ranged(only({ ...range, as_of: position }));
export const BooksLinesQuery = ranged(only({ ...range, as_of: position, ...paging }));

const RATES_MAX = 20_000;
const calendarDay = z.string().refine(isDay, 'must be a calendar day such as 2026-10-03');

export const OpeningBalanceRequest = only(
  {
    provider: z.enum(['stripe', 'square', 'adyen'], 'must be stripe, square or adyen'),
    day: calendarDay.meta({ description: 'The balance is that of the beginning of this day.', format: 'date' }),
    balance: only(
      {
        amount_minor: z.string().regex(/^-?\d{1,15}$/, 'must be an integer of minor units, as text'),
        currency: code,
      },
      'field',
    ),
  },
  'field',
).meta({ id: 'OpeningBalance' });

/** A decimal above zero. */
const rate = z
  .string('must be a decimal, as text')
  .regex(/^\d{1,12}(\.\d{1,12})?$/, 'must be a decimal such as 1.0832, as text')
  .refine((text) => /[1-9]/.test(text), 'must be above 0');
const oneRate = only({ day: calendarDay, base: code, quote: code, rate }, 'field').refine(
  ({ base, quote }) => base !== quote,
  'base and quote must be two currencies.',
);

export const FxRatesRequest = only(
  {
    source: z
      .string()
      .regex(/^[\w-]{1,40}$/, 'must be a name of letters, digits, "_" and "-", such as ECB')
      .meta({ description: 'Who says so: `ECB`.' }),
    rates: z.array(oneRate).min(1).max(RATES_MAX).optional(),
    csv: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'The same as text: a header line with day, base, quote and rate, then a line for each.' }),
  },
  'field',
)
  .refine(({ rates, csv }) => (rates === undefined) !== (csv === undefined), 'Give either rates or csv.')
  .meta({ id: 'FxRates' });

export const RateRows = z.array(oneRate).min(1, 'has no rates').max(RATES_MAX);

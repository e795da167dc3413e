import { z } from 'zod';
import { reportKinds } from '../../ingest/providers/index.js';
import { isDay } from '../../kernel/day.js';
import { paging, provider, word } from './queries.js';

const day = (description: string) =>
  z
    .string()
    .refine(isDay, 'must be a calendar day such as 2026-10-03')
    .optional()
    .meta({ description, format: 'date', example: '2026-10-03' });

export const ReportsQuery = z.strictObject({
  provider: provider.optional(),
  limit: paging.limit,
});

/** The days are needed of reports that do not say which time they cover: Stripe's. */
export const ReportUploadQuery = z.strictObject({
  provider,
  kind: word.meta({
    description: `Which report it is: ${reportKinds.map(({ name }) => name).join(', ')}.`,
    example: 'balance_itemised',
  }),
  from: day('First day that it covers. Needed of reports of Stripe.'),
  to: day('Last day that it covers, included. Needed of reports of Stripe.'),
});

import { z } from 'zod';
import { isDay } from '../../kernel/day.js';
import { LIMIT_MAX, word } from './queries.js';

const day = z
  .string()
  .refine(isDay, 'must be a calendar day such as 2026-10-03')
  .optional()
  .meta({ format: 'date', example: '2026-10-03' });

export const ReportsQuery = z.strictObject({
  provider: word.optional(),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(100),
});

/** The days are needed of reports that do not say which time they cover: Stripe's. */
export const ReportUploadQuery = z.strictObject({
  provider: word.meta({ example: 'stripe' }),
  kind: word.meta({ example: 'balance_itemised' }),
  from: day,
  to: day,
});

import { z } from 'zod';

const time = z.string().meta({ format: 'date-time' });
const count = z.int();
const amount = z.string().meta({ description: 'Minor units.' });
const status = z.enum(['tied', 'pending', 'differs', 'none']);
const sums = z.object({ lines: count, gross: amount, fee: amount, net: amount });
const figures = z.object({ gross: amount, fee: amount, net: amount, currency: z.string(), at: z.number() });

export const TieOutPage = z
  .object({
    data: z.array(
      z.object({
        period: z.string(),
        provider: z.string(),
        from: time,
        until: time,
        status,
        reason: z.string().nullable(),
        statement: z.string().nullable().meta({ description: 'What the side of the provider is from.' }),
        model_position: count,
        currencies: z.array(
          z.object({
            currency: z.string(),
            status,
            ledger: sums,
            provider: sums,
            balance: z
              .object({
                currency: z.string(),
                start: amount,
                end: amount,
                moved: amount,
                clearing: amount.optional(),
                holds: z.boolean(),
              })
              .nullable(),
          }),
        ),
        categories: z.array(z.object({ currency: z.string(), category: z.string(), ledger: sums, provider: sums })),
        differences: z.array(
          z.object({
            line: z.string(),
            kind: z.enum(['timing', 'fee', 'fx', 'dispute', 'missing_webhook', 'unknown']),
            currency: z.string(),
            category: z.string(),
            source: z.string().optional(),
            net: amount,
            ledger: figures.optional(),
            provider: figures.optional(),
            detail: z.string(),
          }),
        ),
        differences_total: count,
        difference_counts: z.record(z.string(), count),
      }),
    ),
    next_cursor: z.null(),
  })
  .meta({ id: 'TieOutPage' });

const report = {
  id: z.string(),
  provider: z.string(),
  kind: z.string(),
  digest: z.string().meta({ description: 'SHA-256 of the bytes.' }),
  bytes: count,
  lines: count,
  from: time,
  until: time,
  received_at: time,
  actor: z.string(),
};
export const ReportPage = z
  .object({ data: z.array(z.object(report)), next_cursor: z.null(), truncated: z.boolean() })
  .meta({ id: 'ProviderReportPage' });
export const ReportReply = z
  .object({ outcome: z.enum(['recorded', 'duplicate']), ...report })
  .meta({ id: 'ProviderReport' });

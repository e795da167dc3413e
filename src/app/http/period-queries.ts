import { z } from 'zod';
import { exportFormats } from '../../close/exports/index.js';
import { currency, only, paging, reason, text, word } from './queries.js';

// What is asked of periods, and what decides about them.

const period = z
  .string()
  .regex(/^\d{4}-P?\d{2}$/, 'must be a period such as 2026-10, or 2026-P10 of a 4-4-5 calendar')
  .meta({ description: 'A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar.', example: '2026-10' });
const version = z.coerce
  .number('must be a number')
  .int('must be a number')
  .min(1, 'must be 1 or more')
  .max(9_999, 'must be 9999 at most')
  .optional()
  .meta({ description: 'Which close of it, where it was closed more than once. Default: the last.' });
const force = reason.optional().meta({ description: 'Why it is closed in spite of what is in the way; recorded.' });
export const PeriodParam = period;
export const PeriodsQuery = only({ ...paging, limit: paging.limit.default(24) });
export const PeriodQuery = only({ version });
export const JournalQuery = only({
  version,
  format: z
    .enum(['json', ...exportFormats.map(({ name }) => name)])
    .default('json')
    .meta({ description: 'A file for another program; `json` is a page of the API.' }),
  currency: currency.meta({ description: 'Of a file: only the lines of this currency.' }),
  tax_rate: text(50).optional().meta({ description: "Of Xero: the organisation's tax rate that means no tax." }),
  subsidiary: text(200).optional().meta({ description: 'Of NetSuite OneWorld: the subsidiary whose journal it is.' }),
  ...paging,
});
export const PackQuery = only({
  version,
  bodies: z
    .enum(['sealed', 'withheld'], 'must be sealed or withheld')
    .default('sealed')
    .meta({ description: 'The text of entries as it is stored, personal fields sealed; or their hashes only.' }),
});
export const ForceRequest = only({ force }, 'field').default({}).meta({ id: 'CloseRequest' });
export const ApproveRequest = only(
  { digest: z.string('is needed: that of the proposal').regex(/^[0-9a-f]{64}$/, 'must be the digest of the proposal') },
  'field',
).meta({ id: 'ApproveRequest' });
export const ReopenRequest = only({ reason: reason.optional() }, 'field').default({}).meta({ id: 'ReopenRequest' });
export const WaiveRequest = only({ provider: word, reason }, 'field').meta({ id: 'WaiveRequest' });

import { z } from 'zod';

// What the routes of the books answer, for the OpenAPI document. Amounts are minor units as decimal strings; debits are positive.

const day = z.string().meta({ format: 'date' });
const amount = z.string().meta({ description: 'Minor units; a debit is positive, a credit negative.' });
const account = {
  account: z.string().meta({ description: 'Code of the chart of accounts.' }),
  name: z.string(),
  type: z.enum(['asset', 'liability', 'equity', 'income', 'expense']),
};
const range = { from: day, to: day, as_of: z.int().meta({ description: 'Ledger position that it is of.' }) };

export const TrialBalanceReply = z
  .object({
    ...range,
    data: z.array(
      z.object({
        ...account,
        currency: z.string(),
        exponent: z.int(),
        opening: amount,
        debits: z.string(),
        credits: z.string(),
        closing: amount,
      }),
    ),
    functional: z
      .object({
        currency: z.string(),
        missing: z.int().meta({ description: 'Lines for which no rate is recorded; they are left out.' }),
        data: z.array(z.object({ ...account, opening: amount, moved: amount, closing: amount })),
      })
      .optional(),
  })
  .meta({ id: 'TrialBalance' });

export const RollForwardReply = z
  .object({
    ...range,
    data: z.array(
      z.object({
        ...account,
        currency: z.string(),
        opening: amount,
        activity: z.array(z.object({ kind: z.string(), gross: amount, fees: z.string(), net: amount, count: z.int() })),
        closing: amount,
      }),
    ),
  })
  .meta({ id: 'RollForward' });

export const BridgeReply = z
  .object({
    ...range,
    data: z.array(z.object({ step: z.string(), currency: z.string(), amount: z.string(), count: z.int() })),
    revenue: z.array(
      z.object({ currency: z.string(), bridged: z.string(), journal: z.string(), unexplained: z.string() }),
    ),
  })
  .meta({ id: 'Bridge' });

export const BookLinesPage = z
  .object({
    ...range,
    data: z.array(
      z.looseObject({
        entry: z.string(),
        line: z.int(),
        period: z.string(),
        day,
        at: z.string().meta({ format: 'date-time' }),
        account: z.string(),
        amount,
        currency: z.string(),
        functional: z.string().optional(),
        rate: z.string().optional(),
        kind: z.string(),
        object: z.string().nullable(),
        entry_id: z.string().nullable(),
        position: z.int().nullable(),
        memo: z.string(),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'BookLines' });

export const BookProblemsReply = z
  .object({
    ...range,
    data: z.array(
      z.looseObject({
        kind: z.string(),
        object: z.string(),
        day,
        amount: z.string().optional(),
        currency: z.string().optional(),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'BookProblems' });

export const ChartReply = z
  .object({
    data: z.array(
      z.object({
        key: z.string().meta({ description: 'Our account. After all of ours come the rules, in their order.' }),
        ...account,
        when: z
          .object({ provider: z.string().optional(), currency: z.string().optional(), kind: z.string().optional() })
          .optional()
          .meta({ description: 'Of a rule: the lines of our account that it sends here.' }),
      }),
    ),
  })
  .meta({ id: 'ChartOfAccounts' });
export const OpeningBalanceReply = z.object({ position: z.int() }).meta({ id: 'OpeningBalanceSet' });
export const FxRatesReply = z.object({ given: z.int(), recorded: z.int() }).meta({ id: 'FxRatesRecorded' });

import { z } from 'zod';
import { SetupError } from '../../kernel/errors.js';

/** What an account is in a balance: decides only where statements show it. */
export const ACCOUNT_TYPES = ['asset', 'liability', 'equity', 'income', 'expense'] as const;

export type AccountType = (typeof ACCOUNT_TYPES)[number];

export interface Account {
  /** As the journal and its exports name it. */
  code: string;
  name: string;
  type: AccountType;
  /** The customer or supplier that QuickBooks wants on each line of a receivable or payable. */
  party?: string;
}

/**
 * The accounts that recipes post to, each with the code and name it has when the operator says nothing. What one is for stands in
 * `docs/explanation/accounting.md`. `clearing.<provider>` mirrors the provider's own balance to the cent.
 */
export const ACCOUNTS = {
  bank: { code: '1000', name: 'Bank', type: 'asset' },
  bank_in_transit: { code: '1050', name: 'Payouts in transit', type: 'asset' },
  paid_elsewhere: { code: '1060', name: 'Received outside the provider', type: 'asset' },
  'clearing.stripe': { code: '1100', name: 'Stripe clearing', type: 'asset' },
  'clearing.square': { code: '1110', name: 'Square clearing', type: 'asset' },
  'clearing.adyen': { code: '1120', name: 'Adyen clearing', type: 'asset' },
  batch_transfers: { code: '1130', name: 'Carried between batches', type: 'asset' },
  payments_in_process: { code: '1150', name: 'Payments in process', type: 'asset' },
  reserve: { code: '1160', name: 'Held in reserve by the provider', type: 'asset' },
  receivable: { code: '1200', name: 'Accounts receivable', type: 'asset' },
  dispute_receivable: { code: '1250', name: 'Disputed payments', type: 'asset' },
  input_tax: { code: '1300', name: 'Tax on fees', type: 'asset' },
  conversion: { code: '1900', name: 'Currency conversion', type: 'asset' },
  suspense: { code: '1999', name: 'Suspense', type: 'asset' },
  customer_balance: { code: '2100', name: 'Customer credit balances', type: 'liability' },
  refunds_due: { code: '2150', name: 'Refunds due by credit notes', type: 'liability' },
  deferred_revenue: { code: '2200', name: 'Deferred revenue', type: 'liability' },
  tax_payable: { code: '2300', name: 'Tax payable', type: 'liability' },
  connected_accounts: { code: '2400', name: 'Connected accounts', type: 'liability' },
  financing: { code: '2500', name: 'Financing by the provider', type: 'liability' },
  issuing: { code: '2600', name: 'Issued cards', type: 'liability' },
  opening_balance: { code: '3000', name: 'Opening balances', type: 'equity' },
  revenue: { code: '4000', name: 'Revenue', type: 'income' },
  refunds: { code: '4100', name: 'Refunds', type: 'income' },
  credit_notes: { code: '4150', name: 'Credit notes', type: 'income' },
  platform_earnings: { code: '4200', name: 'Application fees earned', type: 'income' },
  fees: { code: '5000', name: 'Processing fees', type: 'expense' },
  application_fees: { code: '5010', name: 'Application fees paid', type: 'expense' },
  passthrough_fees: { code: '5020', name: 'Payment method fees passed on', type: 'expense' },
  dispute_fees: { code: '5030', name: 'Dispute fees', type: 'expense' },
  account_fees: { code: '5040', name: 'Account fees', type: 'expense' },
  adjustments: { code: '5050', name: 'Adjustments by the provider', type: 'expense' },
  contributions: { code: '5060', name: 'Contributions', type: 'expense' },
  dispute_losses: { code: '5100', name: 'Dispute losses', type: 'expense' },
  bad_debt: { code: '5200', name: 'Bad debt', type: 'expense' },
  fx_realised: { code: '5900', name: 'Exchange differences, realised', type: 'expense' },
  fx_unrealised: { code: '5910', name: 'Exchange differences, unrealised', type: 'expense' },
  rounding: { code: '5990', name: 'Rounding', type: 'expense' },
} as const satisfies Record<string, Account>;

export type AccountKey = keyof typeof ACCOUNTS;

export type Chart = Readonly<Record<AccountKey, Account>>;

/** A code or a name. */
export const accountText = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{Cc}*$/u, 'has control characters');
const override = z.strictObject({
  code: accountText.optional(),
  name: accountText.optional(),
  type: z.enum(ACCOUNT_TYPES).optional(),
  party: accountText.optional(),
});
const overrides = z.object({ rules: z.unknown().optional() }).catchall(override);

/**
 * The chart with the operator's codes and names: `{ "revenue": { "code": "8400", "name": "Erlöse" } }`; `rules` are for
 * `account-rules.ts`. Throws SetupError with a sentence for each mistake: an account nobody posts to, a code that two accounts would share.
 */
export function chartOfAccounts(file?: { path: string; text: string }): Chart {
  if (file === undefined) return ACCOUNTS;
  const { rules: _, ...read } = settingsIn(file, overrides);
  const chart: Record<string, Account> = { ...ACCOUNTS };
  const mistakes: string[] = [];
  for (const [key, { code, name, type, party }] of Object.entries(read)) {
    const known = chart[key];
    if (!known)
      mistakes.push(`${file.path}: there is no account ${key}; there are ${Object.keys(ACCOUNTS).join(', ')}.`);
    else {
      const named = { code: code ?? known.code, name: name ?? known.name, type: type ?? known.type };
      chart[key] = party === undefined ? named : { ...named, party };
    }
  }
  mistakes.push(...sharedCodes(chart).map((sentence) => `${file.path}: ${sentence}`));
  if (mistakes.length > 0) throw new SetupError(mistakes.join('\n'));
  return chart as Chart;
}

/** What the file says. Throws SetupError where it is not of that shape. */
export function settingsIn<Schema extends z.ZodType>(
  file: { path: string; text: string },
  schema: Schema,
): z.infer<Schema> {
  const read = schema.safeParse(parsed(file));
  if (read.success) return read.data;
  throw new SetupError(
    read.error.issues.map(({ path, message }) => `${file.path}: ${path.join('.')} ${message}.`).join('\n'),
  );
}

function parsed({ path, text }: { path: string; text: string }): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SetupError(`CHART_OF_ACCOUNTS: ${path} is not JSON.`);
  }
}

function sharedCodes(chart: Record<string, Account>): string[] {
  const byCode = new Map<string, string>();
  return Object.entries(chart).flatMap(([key, { code }]) => {
    const other = byCode.get(code);
    byCode.set(code, key);
    return other === undefined ? [] : [`${other} and ${key} have the code ${code}.`];
  });
}

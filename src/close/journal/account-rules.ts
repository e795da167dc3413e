import { z } from 'zod';
import { SetupError } from '../../kernel/errors.js';
import {
  type Account,
  type AccountKey,
  ACCOUNT_TYPES,
  ACCOUNTS,
  accountText,
  type Chart,
  settingsIn,
} from './chart-of-accounts.js';
import { POSTING_KINDS, type PostingKind } from './posting.js';

/** What of a line decides in which account it is shown. */
export interface Facets {
  account: AccountKey;
  currency: string;
  kind?: string | undefined;
  /** `stripe`, …; undefined or empty where none is known, as of what measures a balance at the end of a period. */
  provider?: string | undefined;
  /** The operator's account itself, of what measures what is held in that. */
  code?: string | undefined;
}

/** Which lines of an account a rule is about: those that all of it fits. */
export interface RuleConditions {
  provider?: string;
  currency?: string;
  kind?: PostingKind;
}

/** Lines of one of our accounts that stand in an account of the operator's own. */
export interface AccountRule {
  account: AccountKey;
  when: RuleConditions;
  to: Account;
}

const PREFIX = 'clearing.';
/** Those that have a clearing account. */
const PROVIDERS = Object.keys(ACCOUNTS).flatMap((key) => (key.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : []));

const rule = z.strictObject({
  account: z.string(),
  provider: z.enum(PROVIDERS).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be three capitals, such as EUR')
    .optional(),
  kind: z.enum(POSTING_KINDS).optional(),
  code: accountText,
  name: accountText,
  type: z.enum(ACCOUNT_TYPES).optional(),
  party: accountText.optional(),
});
const withRules = z.looseObject({ rules: z.array(rule).optional() });

/**
 * The `rules` of a chart of accounts, in their order: `{ "account": "revenue", "provider": "adyen", "code": "8410", "name": "…" }`. Of the rules
 * that a line fits, the first decides. Every code is of one of our accounts, so that whatever is derived from those holds in the operator's
 * too. Throws SetupError with a sentence for each mistake.
 */
export function accountRules(file: { path: string; text: string } | undefined, chart: Chart): AccountRule[] {
  if (file === undefined) return [];
  const { rules: given = [] } = settingsIn(file, withRules);
  const rules: AccountRule[] = [];
  const mistakes = given.flatMap((each, index) => {
    const { account: key, code, name, type, party, ...when } = each;
    const of = `${file.path}: rule ${index + 1}`;
    const base = Object.hasOwn(chart, key) ? chart[key as AccountKey] : undefined;
    if (!base) return [`${of}: there is no account ${key}; there are ${Object.keys(chart).join(', ')}.`];
    const named = party ?? base.party; // QuickBooks takes no line of receivables without one
    const to: Account = { code, name, type: type ?? base.type, ...(named === undefined ? {} : { party: named }) };
    const made: AccountRule = { account: key as AccountKey, when, to };
    const found = [...wrongIn(made, base), ...clashes(made, chart, rules)].map((sentence) => `${of}: ${sentence}`);
    rules.push(made);
    return found;
  });
  if (mistakes.length > 0) throw new SetupError(mistakes.join('\n'));
  return rules;
}

/** What is wrong with a rule by itself. */
function wrongIn({ account, when, to }: AccountRule, base: Account): string[] {
  const wrong: string[] = [];
  if (Object.keys(when).length === 0)
    wrong.push(`it has no provider, currency or kind, so that it is of all lines: give ${account} that code and name.`);
  if (account.startsWith(PREFIX) && (when.kind !== undefined || when.provider !== undefined))
    wrong.push(`${account} is the balance of its provider in a currency; it can only be told apart by currency.`);
  if (isInBalance(base) !== isInBalance(to))
    wrong.push(
      isInBalance(base)
        ? `${account} is in the balance sheet and cannot be shown as ${to.type}.`
        : `${account} is in the profit and loss and cannot be shown as ${to.type}.`,
    );
  return wrong;
}

/** What is wrong with it beside the chart and the rules before it. */
function clashes(rule: AccountRule, chart: Chart, before: readonly AccountRule[]): string[] {
  const { account, to } = rule;
  const others = [
    ...(Object.keys(chart) as AccountKey[]).map((key) => ({ account: key, to: chart[key] })),
    ...before,
  ].filter((other) => other.to.code === to.code);
  const foreign = others.find((other) => other.account !== account);
  const renamed = others.find(
    (other) => other.to.name !== to.name || other.to.type !== to.type || other.to.party !== to.party,
  );
  const hidden = before.findIndex((other) => other.account === account && covers(other.when, rule.when));
  return [
    ...(foreign ? [`the code ${to.code} is of ${foreign.account}; a code is of one account.`] : []),
    ...(renamed && !foreign ? [`the code ${to.code} is both ${described(renamed.to)} and ${described(to)}.`] : []),
    ...(hidden >= 0 ? [`rule ${hidden + 1} fits all that it fits, and comes first.`] : []),
  ];
}

const described = ({ name, type, party }: Account): string =>
  `${name} (${type}${party === undefined ? '' : `, ${party}`})`;

const isInBalance = ({ type }: Account): boolean => type === 'asset' || type === 'liability' || type === 'equity';

const covers = (wider: RuleConditions, narrower: RuleConditions): boolean =>
  (Object.keys(wider) as (keyof RuleConditions)[]).every((key) => wider[key] === narrower[key]);

const fits = ({ when }: AccountRule, { provider, currency, kind }: Facets): boolean =>
  (when.provider === undefined || when.provider === provider) &&
  (when.currency === undefined || when.currency === currency) &&
  (when.kind === undefined || when.kind === kind);

/** By what else than the currency. Lines that measure at the end of a period are no part of what is held. */
const isDividing = ({ when: { provider, kind } }: AccountRule): boolean =>
  kind !== 'remeasurement' && (provider !== undefined || kind !== undefined);

/** A chart with its rules, as it is stored with a close and told by the API: our accounts, then the rules in their order. */
export type MappedAccount = Account & { key: AccountKey; when?: RuleConditions };

/** In which account of the operator's a line stands. */
export class AccountMapping {
  /** What decides it, in plain JSON. */
  readonly accounts: readonly MappedAccount[];
  private readonly rulesOf = new Map<AccountKey, AccountRule[]>();

  constructor(
    private readonly chart: Chart,
    private readonly rules: readonly AccountRule[] = [],
  ) {
    for (const each of rules) this.rulesOf.set(each.account, [...(this.rulesOf.get(each.account) ?? []), each]);
    this.accounts = [
      ...(Object.keys(chart) as AccountKey[]).map((key) => ({ key, ...chart[key] })),
      ...rules.map(({ account, when, to }) => ({ key: account, ...to, when })),
    ];
  }

  of(line: Facets): Account {
    const rules = this.rulesOf.get(line.account) ?? [];
    const rule = rules.find((each) => fits(each, line));
    // What measures an account stands in that, unless a rule is about what measures.
    if (line.code !== undefined && rule?.when.kind === undefined)
      return rules.find(({ to }) => to.code === line.code)?.to ?? this.chart[line.account];
    return rule?.to ?? this.chart[line.account];
  }

  /** The code that a line of an account stands in which rules divide by more than currency; undefined of all others. */
  heldIn(line: Facets): string | undefined {
    return this.rulesOf.get(line.account)?.some(isDividing) ? this.of(line).code : undefined;
  }

  /** What decides in which code something is held, in plain JSON: of two that say the same, lines are worth the same. */
  get divisions(): readonly unknown[] {
    const divided = [...this.rulesOf].filter(([, rules]) => rules.some(isDividing));
    return divided.map(([account, rules]) => [
      account,
      this.chart[account].code,
      rules.map(({ when, to }) => [when, to.code]),
    ]);
  }

  /** All codes that lines of an account may stand in. */
  codesOf(account: AccountKey): string[] {
    const all = [this.chart[account], ...this.rules.filter((each) => each.account === account).map(({ to }) => to)];
    return [...new Set(all.map(({ code }) => code))];
  }
}

/** The accounts of a stored mapping by their code. */
export const accountsByCode = (accounts: readonly MappedAccount[]): ReadonlyMap<string, Account> =>
  new Map(accounts.map((account) => [account.code, account]));

/** Facets as the key of a map, and back. None of them has a space but the code, which is the last. */
export const facetText = ({ account, currency, kind = '', provider = '', code }: Facets): string =>
  `${account} ${currency} ${kind} ${provider}${code === undefined ? '' : ` ${code}`}`;

export function facetsIn(text: string): Facets {
  const [account, currency, kind, provider, ...code] = text.split(' ') as [AccountKey, string, string, string];
  return { account, currency, kind, provider, ...(code.length > 0 ? { code: code.join(' ') } : {}) };
}

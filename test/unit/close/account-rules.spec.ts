import { describe, expect, it } from '@jest/globals';
import { AccountMapping, accountRules, facetsIn, facetText } from '../../../src/close/journal/account-rules.js';
import { ACCOUNTS, chartOfAccounts } from '../../../src/close/journal/chart-of-accounts.js';
import { createPeriodFiles } from '../../../src/close/period-files.js';
import type { PostingLine } from '../../../src/close/journal/posting.js';
import { streamed } from '../../support/journals.js';

const file = (value: unknown) => ({ path: 'chart.json', text: JSON.stringify(value) });
const rulesIn = (rules: unknown[], named: object = {}) => {
  const given = file({ ...named, rules });
  return accountRules(given, chartOfAccounts(given));
};
const mapped = (rules: unknown[], named: object = {}): AccountMapping =>
  new AccountMapping(chartOfAccounts(file(named)), rulesIn(rules, named));

const ADYEN = { account: 'revenue', provider: 'adyen', code: '8410', name: 'Erlöse Adyen' };
const USD = { account: 'revenue', currency: 'USD', code: '8420', name: 'Erlöse USD' };

describe('rules of a chart of accounts', () => {
  it('given lines of an account, then the first rule that fits decides, and where none does the account itself', () => {
    const mapping = mapped([ADYEN, USD], { revenue: { code: '8400' } });
    const of = (provider: string | undefined, currency: string) =>
      mapping.of({ account: 'revenue', provider, currency, kind: 'charge' }).code;
    expect([of('adyen', 'USD'), of('stripe', 'USD'), of('stripe', 'EUR'), of(undefined, 'EUR')]).toEqual([
      ...['8410', '8420', '8400', '8400'],
    ]);
    expect(mapping.of({ account: 'fees', provider: 'adyen', currency: 'USD' })).toEqual(ACCOUNTS.fees);
    expect(mapping.codesOf('revenue')).toEqual(['8400', '8410', '8420']);
  });

  it('given all that a rule can ask, then all of it must fit', () => {
    const mapping = mapped([
      { account: 'fees', provider: 'stripe', currency: 'EUR', kind: 'account_fee', code: '4972', name: 'Konto' },
    ]);
    const asked = { account: 'fees', provider: 'stripe', currency: 'EUR', kind: 'account_fee' } as const;
    expect(mapping.of(asked)).toEqual({ code: '4972', name: 'Konto', type: 'expense' });
    for (const other of [{ provider: 'square' }, { currency: 'USD' }, { kind: 'charge' }])
      expect(mapping.of({ ...asked, ...other }).code).toBe('5000');
  });

  it('given an account whose lines need a party, then so do those that a rule divides from it', () => {
    const usd = { account: 'receivable', currency: 'USD', code: '1201', name: 'Forderungen USD' };
    const named = { receivable: { code: '1200', party: 'Buyers' } };
    const mapping = mapped([usd], named);
    expect(mapping.of({ account: 'receivable', currency: 'USD' })).toMatchObject({ code: '1201', party: 'Buyers' });
    expect(() => mapped([usd, { ...usd, currency: 'EUR', party: 'Others' }], named)).toThrow('the code 1201 is both');
  });

  it('given no rules or no file, then there are none', () => {
    expect([accountRules(undefined, ACCOUNTS), rulesIn([])]).toEqual([[], []]);
  });

  it('given two rules for one code of one account, then both send their lines there', () => {
    const both = [ADYEN, { ...ADYEN, provider: 'square' }];
    expect(mapped(both).of({ account: 'revenue', provider: 'square', currency: 'EUR' }).code).toBe('8410');
  });

  it.each<[string, unknown[], string]>([
    ['an unknown account', [{ ...ADYEN, account: 'sales' }], 'rule 1: there is no account sales; there are bank,'],
    ['no condition', [{ account: 'revenue', code: '1', name: 'x' }], 'rule 1: it has no provider, currency or kind'],
    ['an unknown kind', [{ ...ADYEN, kind: 'sale' }], 'chart.json: rules.0.kind'],
    ['a currency in words', [{ ...ADYEN, currency: 'euro' }], 'rules.0.currency must be three capitals'],
    ['an unknown word', [{ ...ADYEN, product: 'x' }], 'rules.0 Unrecognized key: "product"'],
    ['no name', [{ ...ADYEN, name: undefined }], 'rules.0.name'],
    ['a provider nobody knows', [{ ...ADYEN, provider: 'paypal' }], 'rules.0.provider'],
    [
      'the code of another account',
      [{ ...ADYEN, code: '1000' }],
      'rule 1: the code 1000 is of bank; a code is of one account.',
    ],
    [
      'two names for a code',
      [ADYEN, { ...USD, code: '8410' }],
      'rule 2: the code 8410 is both Erlöse Adyen (income) and Erlöse USD (income).',
    ],
    [
      'another name for its own code',
      [{ ...ADYEN, code: '4000' }],
      'rule 1: the code 4000 is both Revenue (income) and Erlöse Adyen',
    ],
    [
      'a rule behind one that fits more',
      [USD, { ...ADYEN, currency: 'USD' }],
      'rule 2: rule 1 fits all that it fits, and comes first.',
    ],
    [
      'a balance of the balance sheet in the profit and loss',
      [{ ...ADYEN, account: 'receivable', type: 'income' }],
      'rule 1: receivable is in the balance sheet and cannot be shown as income.',
    ],
    [
      'income in the balance sheet',
      [{ ...ADYEN, type: 'liability' }],
      'rule 1: revenue is in the profit and loss and cannot be shown as liability.',
    ],
    [
      "a part of a provider's balance",
      [{ account: 'clearing.stripe', kind: 'payout', code: '1', name: 'x' }],
      'rule 1: clearing.stripe is the balance of its provider in a currency',
    ],
  ])('given %s, then it says what is wrong', (_what, rules, sentence) =>
    expect(() => rulesIn(rules)).toThrow(sentence),
  );

  it('given an account with a misspelled key beside rules, then that is told too', () => {
    expect(() => chartOfAccounts(file({ rules: [], revenue: { number: 1 } }))).toThrow('revenue Unrecognized key');
  });

  it('given an account that rules divide by more than currency, then something is held in each of its codes, and what measures it stands there or where a rule says', () => {
    const receivable = { account: 'receivable', currency: 'USD', kind: 'invoice' } as const;
    const measuring = { ...receivable, kind: 'remeasurement', code: '1201' } as const;
    const dollars = { account: 'receivable', currency: 'USD', code: '1202', name: 'Debtors in dollars' };
    const adyen = { account: 'receivable', provider: 'adyen', code: '1201', name: 'Debtors of Adyen' };
    const gains = { account: 'receivable', kind: 'remeasurement', code: '1209', name: 'Gains' };
    const mapped = (...rules: object[]) => new AccountMapping(ACCOUNTS, rulesIn(rules));
    const heldIn = (mapping: AccountMapping) =>
      ['adyen', 'stripe'].map((provider) => mapping.heldIn({ ...receivable, provider }));
    for (const undivided of [mapped(), mapped(dollars), mapped(gains)])
      expect([heldIn(undivided), undivided.divisions]).toEqual([[undefined, undefined], []]);
    const divided = mapped(adyen, dollars);
    expect([heldIn(divided), divided.divisions.length]).toEqual([['1201', '1202'], 1]);
    expect(divided.of(measuring).code).toBe('1201');
    expect(divided.of({ ...measuring, code: '1200' }).code).toBe('1200');
    expect(mapped(gains, adyen).of(measuring).code).toBe('1209');
    expect(heldIn(mapped(gains, adyen))).toEqual(['1201', '1200']);
  });

  it('given facets as a text, then they are read as they were', () => {
    const facets = { account: 'clearing.stripe', currency: 'EUR', kind: 'charge', provider: 'stripe' } as const;
    expect(facetsIn(facetText(facets))).toEqual(facets);
    expect(facetsIn(facetText({ ...facets, code: 'a code of words' }))).toEqual({ ...facets, code: 'a code of words' });
    expect(facetsIn(facetText({ account: 'bank', currency: 'EUR' }))).toEqual({
      ...{ account: 'bank', currency: 'EUR', kind: '', provider: '' },
    });
  });
});

describe('a journal of a close, when accounts have other names since', () => {
  const about = { period: '2026-09', day: '2026-09-03', at: 0, currency: 'EUR', kind: 'charge', memo: '' } as const;
  const lines: PostingLine[] = [
    { ...about, entry: 'a', line: 1, account: '1000', amount: 5n },
    { ...about, entry: 'a', line: 2, account: '4000', amount: -5n },
  ];
  const told = async (accounts?: readonly object[]): Promise<string> => {
    const journal = { period: '2026-09', state: 'closed', version: 1, up_to: 9, accounts, lines: streamed(lines) };
    const files = createPeriodFiles({
      periods: { lines: () => Promise.resolve(journal) },
      account: (code: string) => ({ name: `new ${code}`, type: 'asset' }),
    } as never);
    let text = '';
    for await (const chunk of (await files.journal('2026-09', { format: 'hledger' }))!.chunks) text += String(chunk);
    return text;
  };

  it('given the close kept its accounts, then the file has the names it was closed with, and those of now for other codes', async () => {
    const text = await told([{ key: 'revenue', code: '4000', name: 'Sales of then', type: 'income' }]);
    expect(text).toContain('Sales of then');
    expect(text).toContain('new 1000');
    expect(text).not.toContain('new 4000');
  });

  it('given a close that kept none, then the names are those of now', async () => {
    expect(await told()).toContain('new 4000');
  });
});

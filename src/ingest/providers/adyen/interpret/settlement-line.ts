import { type Fact, type InterpretableEntry, type Ref, stampOf } from '../../../../catalog/facts.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import { isDay } from '../../../../kernel/day.js';
import { parseMajor } from '../../../../kernel/money.js';
import type { Interpreter } from '../../../interpreter.js';
import { objectIn } from '../../../json-members.js';

const RANK = 5;

/** Adyen's journal types in the words that lines of every provider's balance share; others keep their own. */
const CATEGORIES: Readonly<Record<string, string>> = {
  Settled: 'charge',
  SettledInInstallments: 'charge',
  SettledReversed: 'charge_failure',
  Refunded: 'refund',
  RefundedReversed: 'refund_failure',
  Chargeback: 'dispute',
  SecondChargeback: 'dispute',
  ChargebackReversed: 'dispute_reversal',
  MerchantPayout: 'payout',
  // It does not say which payout came back: its rule needs no event.
  BankInstructionReturned: 'payout_returned',
  // What a batch leaves to the next: a debit in the one, a credit in the other.
  Balancetransfer: 'batch_transfer',
  Fee: 'fee',
  InvoiceDeduction: 'fee',
  PaymentCost: 'fee', // of one payment, such as for a late return
  MerchantPayin: 'topup',
  DepositCorrection: 'risk_reserved_funds',
  ReserveAdjustment: 'risk_reserved_funds',
};

/** Columns in which Adyen says what it kept, in the currency of settlement. */
export const FEES = ['commission (nc)', 'markup (nc)', 'scheme fees (nc)', 'interchange (nc)'] as const;

// Adyen writes the zone of the account beside each time, by its abbreviation.
const OFFSETS: Readonly<Record<string, string>> = {
  ...{ UTC: 'Z', GMT: 'Z', WET: 'Z', BST: '+01:00', WEST: '+01:00', CET: '+01:00', CEST: '+02:00' },
  ...{ EET: '+02:00', EEST: '+03:00', EST: '-05:00', EDT: '-04:00', CDT: '-05:00', MST: '-07:00' },
  ...{ MDT: '-06:00', PST: '-08:00', PDT: '-07:00', SGT: '+08:00', JST: '+09:00', AEST: '+10:00', AEDT: '+11:00' },
};

/** Of India, Israel and Ireland; of America and China. */
const AMBIGUOUS = ['IST', 'CST'];

export type Cells = Readonly<Record<string, string>>;

/** A line of a settlement details report. Throws RangeError that names the column of what cannot be read. */
export function settlementLine(cells: Cells) {
  const currency = cells['net currency'] ?? '';
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError('net currency must be a currency code such as USD');
  const amountOf = (column: string): bigint => {
    const text = cells[column]?.trim() ?? '';
    const amount = text === '' ? 0n : parseMajor(text, currency);
    if (amount === undefined) throw new RangeError(`${column} must be an amount such as 12.34 of ${currency}`);
    return amount;
  };
  const net = amountOf('net credit (nc)') - amountOf('net debit (nc)');
  const fee = FEES.reduce((sum, column) => sum + amountOf(column), 0n);
  const type = cells['type'] ?? '';
  if (type === '') throw new RangeError('type is needed');
  const payment = cells['psp reference'] || undefined;
  const [account, batch] = ['merchant account', 'batch number'].map((column) => cells[column]?.trim());
  if (!account) throw new RangeError('merchant account is needed');
  return {
    ...{ account, at: timeOf(cells), arrivalAt: arrivalOf(cells), currency, net, fee, gross: net + fee, type, payment },
    category: CATEGORIES[type] ?? type.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase(),
    source: cells['modification reference'] || payment,
    rate: cells['exchange rate'] || undefined,
    payout: batch ? batchName(account, batch) : undefined,
  };
}

/** What a batch is called as a payout: each merchant account counts its own from 1. */
export const batchName = (account: string, batch: string): string => `adyen_batch_${account}_${batch}`;

function timeOf(cells: Cells): number {
  const zone = (cells['timezone'] ?? '').trim().toUpperCase();
  if (AMBIGUOUS.includes(zone))
    throw new RangeError(`timezone ${zone} is the name of several zones: have the report made in UTC`);
  const offset = OFFSETS[zone];
  if (offset === undefined) throw new RangeError('timezone is none that is known: have the report made in UTC');
  const text = cells['creation date']?.trim() ?? '';
  const isTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text);
  const at = isTime ? Date.parse(`${text.replace(' ', 'T')}${offset}`) : Number.NaN;
  if (Number.isNaN(at)) throw new RangeError('creation date must be a time such as 2026-10-03 09:00:00');
  return at;
}

/** The day on which the bank has a payout, as the midnight in UTC that dates are written as: the booking date, else that of its creation. */
function arrivalOf(cells: Cells): number {
  const day = (cells['booking date']?.trim() || cells['creation date']?.trim() || '').slice(0, 10);
  if (!isDay(day)) throw new RangeError('booking date must be a time such as 2026-10-03 09:00:00');
  return Date.parse(`${day}T00:00:00Z`);
}

/** A line of Adyen's balance, as the report of a batch has it; the one that pays the batch out is a payout as well. */
export const settlementLines: Interpreter = {
  name: 'adyen/settlement-line',
  version: 4,
  reads: ['adyen.object.settlement_line'],
  interpret: (entry: InterpretableEntry) => {
    const object = objectIn(objectIn(objectIn(entry.body)['data'])['object']);
    const id = String(object['id']);
    const line = settlementLine(objectIn(object['cells']) as Cells);
    const isPayout = line.category === 'payout';
    const stamp = stampOf(RANK, entry.occurredAt, entry.originEventId);
    const subject = subjectOf(line, id);
    const moved = makeFact({
      ...{ type: 'BalanceMoved', subject, effect: `balance:${id}`, stamp },
      fields: {
        ...{ at: line.at, available_at: null, gross: String(line.gross), fee: String(line.fee), net: String(line.net) },
        ...{ currency: line.currency, exchange_rate: line.rate ?? null, category: line.category, kind: line.type },
        ...{ fee_processing: String(line.fee), provider: 'adyen', source: line.source, payout: line.payout },
      },
    });
    return isPayout ? [moved, paidOut(line, subject, id, stamp)] : [moved];
  },
};

type Line = ReturnType<typeof settlementLine>;

/** A payout is itself by its line, of which a batch may have several. */
const subjectOf = ({ category, payment }: Line, id: string): Ref => {
  if (category === 'payout') return `payout:adyen_${id}`;
  return payment === undefined ? `balance:${id}` : `payment:${payment}`;
};

const paidOut = ({ at, arrivalAt, net, currency }: Line, subject: Ref, id: string, stamp: string): Fact =>
  makeFact({
    ...{ type: 'PayoutChanged', subject, effect: 'changed', stamp },
    fields: {
      ...{ at, status: 'paid', amount: String(-net), currency, arrival_at: arrivalAt, automatic: true },
      balance_transaction: id,
    },
  });

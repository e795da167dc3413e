import type { Readable } from 'node:stream';
import { Problem } from '../../../kernel/errors.js';
import { parseStrict } from '../../../kernel/json-scan.js';
import { exponentOf, rescale } from '../../../kernel/money.js';
import { textLines } from '../../../kernel/text-lines.js';
import type { BalanceLine } from '../../balance-line.js';
import { csvRows } from '../../csv-rows.js';
import { isObject, type Json } from '../../json-members.js';
import type { ReadLine, ReadObject } from '../../object-list.js';
import { stripeExponentOf } from './interpret/amount.js';
import { ITEMISED, itemisedLine } from './report-rows.js';

/** A page of a hundred objects is one line. */
const LINE_MAX = 64 * 1024 * 1024;

/**
 * Objects of a file: JSON Lines of objects (or of pages as `stripe … list` prints them, one page a line), or the CSV of an itemised report,
 * whose rows are balance transactions. Throws Problem `invalid_request` that names the line.
 */
export async function* stripeFile(name: string, file: Readable, live: boolean): AsyncGenerator<ReadLine> {
  if (/\.csv$/i.test(name)) yield* itemised(name, file, live);
  else yield* jsonLines(name, file, live);
}

async function* jsonLines(name: string, file: Readable, live: boolean): AsyncGenerator<ReadLine> {
  let line = 0;
  const tooLong = (): Error => new Problem('invalid_request', `${name}: a line of more than ${LINE_MAX} bytes.`);
  for await (const text of textLines(file, LINE_MAX, tooLong)) {
    line += 1;
    if (text.trim() === '') continue;
    const bad = (why: string): never => {
      throw new Problem('invalid_request', `${name}, line ${line}: ${why}.`);
    };
    const value = parsed(text, bad);
    const objects = membersOf(value, bad).map((object): ReadObject => ({
      object,
      live,
      ...(object === value ? { text } : {}),
    }));
    yield { line, objects };
  }
}

function parsed(text: string, bad: (why: string) => never): Json {
  try {
    const value = parseStrict(text);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
  return bad('this is no JSON object');
}

function membersOf(value: Json, bad: (why: string) => never): Json[] {
  const { object: kind, data } = value;
  if (kind === 'event') return bad('this is an event, which has no signature here; `backfill` fetches events');
  const members: unknown[] = kind === 'list' && Array.isArray(data) ? data : [value];
  return members.map((member) => {
    const isOne = isObject(member) && typeof member['object'] === 'string' && typeof member['id'] === 'string';
    return isOne ? member : bad('an object of Stripe has `object` and `id`');
  });
}

async function* itemised(name: string, file: Readable, live: boolean): AsyncGenerator<ReadLine> {
  for await (const row of csvRows(file, name, ITEMISED)) {
    const line = itemisedLine(name, row);
    const { payout } = line;
    yield {
      line: row.line,
      objects: [{ object: transactionOf(line), live, ...(payout === undefined ? {} : { payout }) }],
    };
  }
}

/** The balance transaction that a row states, as the API would show it, as far as the row knows. */
function transactionOf({
  id,
  at,
  availableAt,
  currency,
  gross,
  fee,
  net,
  category,
  source,
  payment,
}: BalanceLine): Json {
  const amountOf = (minor: bigint): number => Number(rescale(minor, exponentOf(currency), stripeExponentOf(currency)));
  return {
    id,
    object: 'balance_transaction',
    currency: currency.toLowerCase(),
    reporting_category: category,
    amount: amountOf(gross),
    fee: amountOf(fee),
    net: amountOf(net),
    created: at / 1000,
    ...(availableAt === undefined ? {} : { available_on: availableAt / 1000 }),
    ...(source === undefined ? {} : { source: payment === undefined ? source : { id: source, charge: payment } }),
  };
}

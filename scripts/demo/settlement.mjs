// The planned balance as the provider writes it down: the list of its interface, line by line in minor units, and the reports that finance
// downloads, in major units. The service reads the first into its ledger and holds the second against it. Pure.
import { OPENING } from './balance.mjs';

const s = (ms) => Math.floor(ms / 1000);
const DAYS_UNTIL_AVAILABLE = 2;

/** JSON Lines of balance transactions as the provider's list has them, with their sources unfolded. */
export const listOf = (lines) => lines.map((line) => `${JSON.stringify(transactionOf(line))}\n`).join('');

function transactionOf({ id, at, currency, gross, fee, net, category, type, source, charge, description = null }) {
  return {
    id,
    object: 'balance_transaction',
    amount: gross,
    available_on: s(at) + DAYS_UNTIL_AVAILABLE * 86_400,
    created: s(at),
    currency: currency.toLowerCase(),
    description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0 ? [] : [{ amount: fee, application: null, currency: currency.toLowerCase(), type: 'stripe_fee' }],
    net,
    reporting_category: category,
    source: sourceOf(source, charge),
    status: 'available',
    type,
  };
}

/** What of a refund or a dispute is needed to say which payment it is of. */
function sourceOf(source, charge) {
  if (source === undefined) return null;
  if (source.startsWith('re_')) return { id: source, object: 'refund', charge };
  if (source.startsWith('du_')) return { id: source, object: 'dispute', charge };
  return source;
}

const HEAD =
  'balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,source_id,charge_id,description';

/** The report of what changed the balance in the month, itemised. */
export function itemisedOf({ lines }, { start, end }) {
  const rows = lines
    .filter(({ at }) => at >= start && at < end)
    .map(({ id, at, currency, gross, fee, net, category, source = '', charge = '', description = '' }) =>
      [
        ...[id, utc(at), utc(at + DAYS_UNTIL_AVAILABLE * 86_400_000), currency.toLowerCase()],
        ...[gross, fee, net].map((minor) => major(minor, currency)),
        ...[category, source, charge, `"${description}"`],
      ].join(','),
    );
  return [HEAD, ...rows, ''].join('\n');
}

/** The report of what the balance was at both ends of the month. */
export function summaryOf({ lines }, { start, end }) {
  const rows = Object.entries(OPENING).flatMap(([currency, opening]) => {
    const own = lines.filter((line) => line.currency === currency && line.at >= start && line.at < end);
    const moved = (of) => own.filter(of).reduce((sum, { net }) => sum + net, 0);
    const activity = moved(({ category }) => category !== 'payout');
    const paidOut = moved(({ category }) => category === 'payout');
    return [
      ['starting_balance', opening],
      ['activity', activity],
      ['payouts', paidOut],
      ['ending_balance', opening + activity + paidOut],
    ].map(([category, minor]) => [category, major(minor, currency), currency.toLowerCase()].join(','));
  });
  return ['category,net_amount,currency', ...rows, ''].join('\n');
}

const utc = (at) => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** `-12.05` of -1205 cents: digit by digit, never through a fraction. */
function major(minor, currency) {
  if (currency === 'JPY') return String(minor);
  const digits = String(Math.abs(minor)).padStart(3, '0');
  return `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

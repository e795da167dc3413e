// What the month's books and tie-out must come to, counted from the plan alone: names to minor units or counts. The statement follows from
// the lines of the planned balance; the accounts follow from what customers paid, by arithmetic of their own.
import { OPENING } from './balance.mjs';
import { DAY } from './calendar.mjs';

const DECIDED_AFTER = 5 * DAY; // a dispute that is lost

/**
 * What the report of the month has and the list that was read before its end has not: lines by currency and reason, and what they come to.
 * Those of disputes are not among them: the dispute's own events carry them.
 */
export function plantedDifferences({ balance: { lines, listedUntil }, calendar: { end } }) {
  const figures = new Map();
  for (const { currency, category, net } of lines.filter((line) => line.at >= listedUntil && line.at < end)) {
    if (category.startsWith('dispute')) continue;
    // A fee of the account is behind no payment; of all else the ledger knows what it is of.
    add(figures, `first tie-out ${currency} ${category === 'fee' ? 'fee' : 'timing'}`, 1);
    add(figures, `first tie-out ${currency} difference`, net);
  }
  return figures;
}

/** The tie-out once everything is there, and the accounts at the end of the month. */
export function plantedClose(plan) {
  const figures = new Map();
  statement(figures, plan);
  for (const currency of Object.keys(OPENING)) {
    for (const [account, closing] of Object.entries(accountsOf(plan, currency)))
      figures.set(`account ${account} ${currency}`, closing);
  }
  return figures;
}

const SIDES = ['ledger', 'provider'];

function statement(figures, { balance, calendar: { start, end } }) {
  const lines = balance.lines.filter(({ at }) => at >= start && at < end);
  for (const { currency, category, gross, fee, net } of lines) {
    for (const side of SIDES) {
      const name = `tie-out ${currency} ${category} ${side}`;
      add(figures, `${name} lines`, 1);
      for (const [what, amount] of Object.entries({ gross, fee, net })) add(figures, `${name} ${what}`, amount);
    }
    add(figures, `balance ${currency} moved`, net);
  }
  for (const [currency, opening] of Object.entries(OPENING)) {
    const moved = figures.get(`balance ${currency} moved`) ?? 0;
    figures.set(`balance ${currency} start`, opening);
    for (const end of ['end', 'clearing']) figures.set(`balance ${currency} ${end}`, opening + moved);
  }
}

/** Closing balances, a debit positive. */
function accountsOf({ visitors, balance, calendar: { start, end } }, currency) {
  const inMonth = (at) => at >= start && at < end;
  const payments = visitors
    .flatMap(({ purchases, renewals }) => [
      ...purchases.flatMap(({ payment, order }) => (payment ? [{ ...payment, order }] : [])),
      ...renewals.map((renewal) => ({ ...renewal, order: null })),
    ])
    .filter((payment) => payment.currency === currency);
  const own = balance.lines.filter((line) => line.currency === currency && inMonth(line.at));
  const sum = (list, of) => list.reduce((total, each) => total + of(each), 0);
  const feesOf = (...categories) =>
    sum(
      own.filter(({ category }) => categories.includes(category)),
      ({ fee }) => fee,
    );
  const sold = payments.flatMap((payment) => movementsOf(payment).filter(({ at }) => inMonth(at)));
  const [captured, refunded] = [
    sold.filter(({ kind }) => kind === 'capture'),
    sold.filter(({ kind }) => kind !== 'capture'),
  ];
  const payouts = balance.payouts.filter((payout) => payout.currency === currency && inMonth(payout.at));
  const [arrived, travelling] = [
    payouts.filter(({ arrivesAt }) => inMonth(arrivesAt)),
    payouts.filter(({ arrivesAt }) => !inMonth(arrivesAt)),
  ];
  return {
    Bank: sum(arrived, ({ amount }) => amount),
    'Payouts in transit': sum(travelling, ({ amount }) => amount),
    'Stripe clearing': OPENING[currency] + sum(own, ({ net }) => net),
    'Opening balances': -OPENING[currency],
    Revenue: -sum(captured, ({ amount, tax }) => amount - tax),
    Refunds: -sum(refunded, ({ amount, tax }) => amount - tax),
    'Tax payable': -sum(sold, ({ tax }) => tax),
    'Processing fees': feesOf('charge'),
    'Dispute fees': feesOf('dispute'),
    'Account fees': -sum(
      own.filter(({ category }) => category === 'fee'),
      ({ gross }) => gross,
    ),
    ...disputesOf(payments, inMonth, sum),
  };
}

/** What a customer paid and got back, each with its part of the order's tax: after each so much is due as is of what is left paid, nothing where that is nothing. */
function movementsOf({ amount, capturedAt, refunds, order }) {
  const movements = [
    { kind: 'capture', at: capturedAt, amount },
    ...refunds.map((refund) => ({ kind: 'refund', at: refund.at, amount: -refund.amount })),
    ...refunds
      .filter(({ failedAt }) => failedAt)
      .map((refund) => ({ kind: 'back', at: refund.failedAt, amount: refund.amount })),
  ].sort((a, b) => a.at - b.at);
  let [paid, due] = [0, 0];
  return movements.map((movement) => {
    paid += movement.amount;
    const before = due;
    due = order ? Math.round((order.tax * Math.max(paid, 0)) / order.total) : 0;
    return { ...movement, tax: due - before };
  });
}

function disputesOf(payments, inMonth, sum) {
  const disputes = payments.flatMap(({ dispute }) => dispute ?? []);
  const amount = (each) => each.amount;
  const lost = sum(
    disputes.filter(({ reinstatedAt, createdAt }) => !reinstatedAt && inMonth(createdAt + DECIDED_AFTER)),
    amount,
  );
  const taken = sum(
    disputes.filter(({ withdrawnAt }) => inMonth(withdrawnAt)),
    amount,
  );
  const given = sum(
    disputes.filter(({ reinstatedAt }) => reinstatedAt && inMonth(reinstatedAt)),
    amount,
  );
  return { 'Dispute losses': lost, 'Disputed payments': taken - given - lost };
}

function add(figures, name, value) {
  figures.set(name, (figures.get(name) ?? 0) + value);
}

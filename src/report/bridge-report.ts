import type { Day } from '../kernel/day.js';
import type { Snapshot } from './sums.js';

/** Customers of one kind: when they signed up, seen from the range, and which new subscriptions they have. */
export interface BridgeGroup {
  signed_up: 'in' | 'before' | 'after' | 'never';
  /** Whether some of their subscriptions became active after the range, and before it. */
  later: boolean;
  earlier: boolean;
  customers: number;
  /** Of them, those with a subscription that became active in the range, and how many such subscriptions. */
  converted: number;
  subscriptions: number;
}

export interface BridgeRow {
  step: string;
  /** Signed: what it adds to the sum. */
  count: number;
}

/** From the sign-ups of a range to its new subscriptions: `rows` sum to `new_subscriptions`. */
export function bridge(groups: readonly BridgeGroup[]): {
  signups: number;
  rows: BridgeRow[];
  new_subscriptions: number;
} {
  const sum = (of: (group: BridgeGroup) => boolean, value: (group: BridgeGroup) => number): number =>
    groups.filter(of).reduce((total, group) => total + value(group), 0);
  const isIn = ({ signed_up }: BridgeGroup): boolean => signed_up === 'in';
  const waiting = ({ customers, converted }: BridgeGroup): number => customers - converted;
  const subscriptions = ({ subscriptions: count }: BridgeGroup): number => count;
  const signups = sum(isIn, ({ customers }) => customers);
  const of = (when: BridgeGroup['signed_up']): number => sum(({ signed_up }) => signed_up === when, subscriptions);
  return {
    signups,
    rows: [
      { step: 'signups', count: signups },
      { step: 'subscribed_later', count: 0 - sum((group) => isIn(group) && group.later, waiting) },
      {
        step: 'had_subscribed_before',
        count: 0 - sum((group) => isIn(group) && !group.later && group.earlier, waiting),
      },
      { step: 'not_subscribed_yet', count: 0 - sum((group) => isIn(group) && !group.later && !group.earlier, waiting) },
      { step: 'further_subscriptions', count: sum(isIn, (group) => group.subscriptions - group.converted) },
      { step: 'of_earlier_signups', count: of('before') },
      { step: 'of_later_signups', count: of('after') },
      { step: 'without_signup', count: of('never') },
    ],
    new_subscriptions: sum(() => true, subscriptions),
  };
}

/** The bridge of a range of days; its last figure is the metric `new_subscriptions`. */
export async function bridgeReport({ from, to }: { from: Day; to: Day }, snapshot: Snapshot) {
  const { rows } = await snapshot.client.query<BridgeGroup>(
    `with subscribed as (
       select coalesce(i.customer, p.party, s.subject) as customer,
         sum(s.value) filter (where s.day between $1 and $2) as now, bool_or(s.day > $2) as later, bool_or(s.day < $1) as earlier
       from (
         select subject, day, sum(delta)::int as value from model.contributions
         where metric = 'new_subscriptions' group by 1, 2 having sum(delta) <> 0
       ) s left join model.parts p on p.ref = s.subject left join model.identifiers i on i.node = p.party group by 1
     )
     select case when c.signed_up_day is null then 'never' when c.signed_up_day < $1 then 'before'
         when c.signed_up_day > $2 then 'after' else 'in' end as signed_up,
       coalesce(s.later, false) as later, coalesce(s.earlier, false) as earlier, count(*)::int as customers,
       (count(*) filter (where s.now > 0))::int as converted, coalesce(sum(s.now), 0)::int as subscriptions
     from subscribed s full join (select customer, signed_up_day from model.customers where signed_up_day is not null) c
       using (customer)
     where s.now > 0 or c.signed_up_day between $1 and $2 group by 1, 2, 3`,
    [from, to],
  );
  return { from, to, time_zone: snapshot.timeZone, as_of: snapshot.position, ...bridge(rows) };
}

/** What parts, causes and statuses mean, in a sentence a reader needs no manual for. */
export const partNames: Readonly<Record<string, string>> = {
  matched: 'matched',
  missing: 'missing in analytics',
  client_only: 'phantom: only analytics has it',
  duplicates: 'counted twice',
  wrong_value: 'other amount',
  wrong_currency: 'other currency',
  other_day: 'tracked on another day',
  tracked_other_day: 'happened on another day',
  expected: 'missing, as expected',
  not_trackable: 'no browser could see it',
};

export const causeNames: Readonly<Record<string, string>> = {
  client_never_seen: 'no event of that person at all: an ad blocker, or no script',
  lost_event: 'the person was seen, this event never arrived',
  duplicate: 'sent again under another id: a reload, a double click',
  bot: 'sent by a crawler',
  late: 'arrived after the day was compared',
  other_day: 'counted on another day',
  rejected_at_collection: 'refused at the collector: it could not be counted',
  rate_limited: 'the collector answered 429, and it did not come again',
  consent_withheld: 'the person had denied analytics',
  source_outage: 'nothing came from anybody at that time',
  script_blocked: 'a server saw the pages, no script spoke up',
  cached_page: 'the pages came from a cache, their script did not speak up',
  destination_duplicate: 'the source holds one message twice',
  replayed: 'sent again days after its own event',
  test_order: 'a test, by its own word or its id',
  staging_host: 'from a machine of a developer or a staging host',
  not_completed: 'the purchase was never paid, or was cancelled',
  not_trackable: 'no browser could see it',
  invalid_value: 'the amount is no number',
  invalid_currency: 'the currency is unknown',
  unexplained: 'no cause with evidence was found',
};

export const reasonNames: Readonly<Record<string, string>> = {
  no_touch: 'no touch was recorded',
  no_marker: 'a visit without any marker',
  touch_after_signup: 'the only touch came after the sign-up',
  consent_withheld: 'consent was withheld',
  mark_sealed: 'the mark stands in what is sealed as personal',
  stripped_utm: 'from another site, and the mark was lost on the way',
  cross_device_unlinked: 'a touch on a device that others have too',
  window_expired: 'the touch is too long ago',
};

export const nonLinkNames: Readonly<Record<string, string>> = {
  crowded: 'too many others have it',
  shared_device: 'a device of several customers',
  ambiguous: 'several users have it',
  two_users: 'two user ids are two customers',
  separated: 'separated by decision',
};

export const hourNames: Readonly<Record<string, string>> = {
  complete: 'complete',
  healed: 'fetched what was missing',
  missing: 'something is missing',
  unchecked: 'not compared yet',
  not_listed: 'no list to compare with',
};

export const stateNames: Readonly<Record<string, string>> = {
  open: 'open',
  soft_closed: 'checked, open',
  proposed: 'proposed',
  approved: 'approved',
  closed: 'closed',
  reopened: 'reopened',
};

export const blockerNames: Readonly<Record<string, string>> = {
  incomplete: 'Deliveries may be missing',
  dead_letters: 'Open dead letters',
  projection_lag: 'The numbers are behind the ledger',
  suspense: 'Money in suspense',
  unbalanced: 'The journal does not balance',
  without_balance_transaction: 'Money without a line of the balance',
  fx_rate_missing: 'Missing exchange rates',
  opening_balance_missing: 'Missing opening balances',
  tie_out_pending: 'A provider is not tied out yet',
  tie_out_differs: 'A provider’s balance differs',
  no_tie_out: 'Money that nothing ties out',
};

export const tieOutNames: Readonly<Record<string, string>> = {
  tied: 'tied: both sides are the same',
  pending: 'waits for the provider’s report',
  differs: 'differs',
  none: 'tied out with nothing',
};

/** Steps from what customers paid to the revenue of the journal; one that is not here is called by its name. */
export const revenueSteps: Readonly<Record<string, string>> = {
  revenue_gross: 'customers paid (revenue, gross)',
  paid_by_invoice: 'less what pays invoices, which are revenue as they are billed or earned',
  tax_kept_apart: 'less tax, which is not revenue',
  tax_not_kept_apart: 'sales whose tax is told and could not be kept apart',
  paid_in_this_currency_settled_in_another: 'settled in another currency',
  settled_in_this_currency_paid_in_another: 'paid in another currency',
};

/** What moves the account that mirrors a provider’s balance. */
export const movementNames: Readonly<Record<string, string>> = {
  opening: 'opening balance, as it was set',
  charge: 'payments',
  charge_failure: 'payments that the bank took back',
  refund: 'refunds',
  refund_failure: 'refunds that failed',
  dispute: 'taken by disputes',
  dispute_reversal: 'disputes that were won',
  payout: 'paid out to the bank',
  payout_reversal: 'payouts that came back',
  account_fee: 'fees of the account',
};

export const adjustmentNames: Readonly<Record<string, string>> = {
  late_fact: 'came after the close',
  definition_changed: 'the metric is defined otherwise',
  interpreter_changed: 'entries are read otherwise',
  fx: 'exchange rates',
};

export const alertNames: Readonly<Record<string, string>> = {
  raised: 'raised',
  acknowledged: 'somebody looks after it',
  recovered: 'over',
};

export const jobStates: Readonly<Record<string, string>> = {
  active: 'runs',
  waiting: 'waits',
  delayed: 'due later',
  failed: 'failed',
};

export const driftNames: Readonly<Record<string, string>> = {
  steady: 'as usual',
  up: 'higher than usual',
  down: 'lower than usual',
  no_baseline: 'too few days to know what is usual',
  too_few: 'too few ids to tell',
};

export const figureNames: Readonly<Record<string, string>> = {
  gap_pct: 'gap',
  loss_pct: 'loss',
  overcount_pct: 'overcount',
  value: 'mismatch of attribution',
};

export const verdictNames: Readonly<Record<string, string>> = {
  agreed: 'agreed',
  neither_knows: 'neither knows',
  server_only: 'only the server knows',
  client_only: 'only the client claims one',
  different: 'they differ',
  not_seen: 'the client never saw it',
  not_trackable: 'no browser could see it',
};

export const bridgeNames: Readonly<Record<string, string>> = {
  signups: 'Sign-ups of these days',
  subscribed_later: 'subscribed after these days',
  had_subscribed_before: 'had subscribed before these days',
  not_subscribed_yet: 'have not subscribed yet',
  further_subscriptions: 'further subscriptions of the same customers',
  of_earlier_signups: 'of customers who signed up earlier',
  of_later_signups: 'of customers who signed up later',
  without_signup: 'of customers without a sign-up',
};

/** A name of the interface as words. */
export const words = (name: string): string => name.replaceAll('_', ' ');

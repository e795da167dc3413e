/**
 * What entries mean. Interpreters make facts from entries when they are read; facts are never stored in the ledger.
 *
 * A fact speaks of one **subject** (a payment, an order, a person's identifier) and of one **effect** on it. Several entries may restate
 * one effect; their fields are merged per field as `merges` declares. Every merge is commutative, associative and idempotent, so
 * neither the order nor the number of deliveries can matter.
 */

/**
 * `order:o1` `checkout:c1` `session:cs_1` `intent:pi_1` `payment:ch_1` `invoice:in_1` `subscription:sub_1`: something bought.
 * `payout:po_1`: money on its way to our own bank, which nobody bought. `balance:txn_1`: a line of the provider's balance that belongs to
 * neither, such as a fee of the account.
 */
export type Ref = string;
/** `user:u1` `stripe:cus_1` (`stripe:acct_9/cus_1` for a connected account) `square:CUS1` `email:<keyed hash>` `anonymous:a1`: somebody. */
export type Node = string;

export type Scalar = string | number | boolean | null;

/** How two values of one field become one. `latest`/`first`: of the greatest/smallest stamp. `lowest`/`highest`: of the values. `any`: true if one is. */
export type Merge = 'latest' | 'first' | 'lowest' | 'highest' | 'any';

/** Amounts are decimal strings of minor units (`"1234"`), currencies ISO 4217 upper case, times epoch milliseconds. */
export const factTypes = {
  // people
  UserSignedUp: { at: 'lowest' },
  TouchRecorded: {
    at: 'lowest',
    source: 'latest',
    medium: 'latest',
    campaign: 'latest',
    term: 'latest',
    content: 'latest',
    referrer: 'latest',
    landing_page: 'latest',
    click_id: 'latest',
    /** It came from another site, and what would tell which was lost on the way. */
    stripped: 'latest',
    /** What may tell where from is sealed as personal, so that no number is ever made from it. */
    sealed: 'latest',
  },
  ConsentChanged: { at: 'highest', analytics: 'latest' },
  PersonSeen: { at: 'lowest' },
  /**
   * An operator said that two identifiers are one person's (`join`) or are not (`separate`). The subject is one, `nodes` has the other;
   * of two decisions on a pair the one with the greater `number` holds.
   */
  IdentityDecided: { at: 'lowest', kind: 'latest', number: 'latest' },
  // purchases
  CheckoutStarted: { at: 'lowest', amount: 'latest', currency: 'latest' },
  CheckoutSessionChanged: {
    at: 'lowest',
    completed_at: 'lowest',
    mode: 'latest',
    status: 'latest',
    payment_status: 'latest',
    amount: 'latest',
    /** Of `amount`. */
    tax: 'latest',
    currency: 'latest',
    customer_present: 'latest',
  },
  OrderPlaced: {
    at: 'lowest',
    amount: 'latest',
    tax: 'latest',
    shipping: 'latest',
    discount: 'latest',
    currency: 'latest',
    customer_present: 'latest',
    source: 'latest',
    medium: 'latest',
    campaign: 'latest',
  },
  OrderCompleted: { at: 'lowest' },
  OrderFulfilled: { at: 'lowest' },
  OrderCancelled: { at: 'lowest', reason: 'latest' },
  /** `released_at`: what was not captured until then will not be any more. */
  PaymentAuthorised: {
    at: 'lowest',
    released_at: 'lowest',
    amount: 'latest',
    currency: 'latest',
    method: 'latest',
    country: 'latest',
    customer_present: 'latest',
  },
  /**
   * `provisional_at` (the charge's creation) dates a capture only while no entry that knows its instant has arrived, so while `at` is absent.
   * A payment that is captured in parts has an effect for each. `failed_at`: it was told too early, and no money came.
   */
  PaymentCaptured: {
    at: 'lowest',
    failed_at: 'lowest',
    provisional_at: 'lowest',
    provisional: 'first',
    amount: 'latest',
    currency: 'latest',
    method: 'latest',
    country: 'latest',
    customer_present: 'latest',
    /** Who captured it: `stripe`. */
    provider: 'latest',
    /** Id of the provider's balance transaction, known some time after the capture. */
    balance_transaction: 'latest',
    /** The part of an authorisation that a partial capture let go, where the provider tells that as a refund. */
    amount_released: 'latest',
  },
  PaymentFailed: { at: 'lowest', reason: 'latest' },
  /** The bank took a captured payment back, such as a bounced direct debit; no dispute and no refund. */
  PaymentReturned: { at: 'lowest', amount: 'latest', currency: 'latest', reason: 'latest' },
  RefundChanged: {
    at: 'lowest',
    amount: 'latest',
    currency: 'latest',
    status: 'latest',
    failed_at: 'lowest',
    balance_transaction: 'latest',
  },
  /**
   * `status`: `lost` where it is decided for the customer, whatever the provider calls that; its other words are the provider's.
   * `closed_at`: when it was decided, which only the entry that tells the decision says; a later decision replaces an earlier one.
   */
  DisputeChanged: {
    at: 'lowest',
    closed_at: 'latest',
    amount: 'latest',
    currency: 'latest',
    status: 'latest',
    reason: 'latest',
  },
  DisputeFundsWithdrawn: { at: 'lowest', amount: 'latest', currency: 'latest' },
  DisputeFundsReinstated: { at: 'lowest', amount: 'latest', currency: 'latest' },
  InvoiceChanged: {
    at: 'lowest',
    status: 'latest',
    billing_reason: 'latest',
    amount_due: 'latest',
    amount_paid: 'latest',
    amount_remaining: 'latest',
    currency: 'latest',
    subscription: 'latest',
    customer_present: 'latest',
    paid_at: 'latest',
    /** Paid, wholly or in part, outside the provider: no charge and no balance transaction will follow. */
    paid_elsewhere: 'latest',
    amount_elsewhere: 'latest',
    /** When it began to be owed, ceased to be, or was given up as lost. */
    finalized_at: 'lowest',
    voided_at: 'lowest',
    uncollectible_at: 'lowest',
    /** Signed: an invoice may come to a credit. `tax` is part of `total`. */
    total: 'latest',
    tax: 'latest',
    /** What the customer's balance paid of it (positive), or took in from it (negative). */
    balance_applied: 'latest',
    amount_overpaid: 'latest',
    /** Of `total` without tax: what lines say that the entry does not carry. */
    amount_untold: 'latest',
  },
  /** What an invoice bills for a service over time, without tax and discounts: the lines of one service period together. Signed. */
  InvoicePeriodBilled: { starts_at: 'latest', ends_at: 'latest', net: 'latest', currency: 'latest' },
  /** One of the payments of an invoice. Its money is its charge's. */
  InvoicePaymentMade: { at: 'lowest', amount: 'latest', currency: 'latest', paid_elsewhere: 'latest' },
  /** Takes a part of an invoice back. What it pays back in money is a refund of its own. */
  CreditNoteChanged: {
    at: 'lowest',
    status: 'latest',
    reason: 'latest',
    amount: 'latest',
    /** Before payment it lowers what is due; after it, it is refunded, credited to the next invoices or paid outside. */
    amount_before_payment: 'latest',
    amount_after_payment: 'latest',
    amount_elsewhere: 'latest',
    /** Of `amount`: its tax, and what went to the customer's balance. */
    tax: 'latest',
    amount_credited: 'latest',
    /** Ids of the refunds within it, between spaces. */
    refunds: 'latest',
    currency: 'latest',
    voided_at: 'latest',
  },
  SubscriptionChanged: {
    at: 'lowest',
    status: 'latest',
    started_at: 'latest',
    ended_at: 'latest',
    cancel_at: 'latest',
    amount: 'latest',
    currency: 'latest',
    interval: 'latest',
    interval_count: 'latest',
  },
  /**
   * What a subscription was like from `at` on, as one event saw it. Each event is an effect of its own, because what matters is the history.
   * `mrr` is its value per month in minor units, whatever its status; `unpriced`: it has an item whose price the event does not tell.
   * `before`: the same in one text (`subscriptionText`) of the instant before, where the event tells. `since`: when it may have become active.
   */
  SubscriptionState: {
    at: 'lowest',
    since: 'lowest',
    status: 'latest',
    collection_paused: 'latest',
    mrr: 'latest',
    currency: 'latest',
    unpriced: 'latest',
    before: 'latest',
  },
  /** The end of a subscription, for ever. `mrr` is what it was worth until then; null when it was never active. */
  SubscriptionEnded: {
    at: 'lowest',
    since: 'lowest',
    status: 'latest',
    mrr: 'latest',
    currency: 'latest',
    unpriced: 'latest',
  },
  /** Amounts are signed: a payout may also collect what is owed. */
  PayoutChanged: {
    at: 'lowest',
    status: 'latest',
    amount: 'latest',
    currency: 'latest',
    arrival_at: 'latest',
    failed_at: 'lowest',
    canceled_at: 'lowest',
    failure: 'latest',
    automatic: 'latest',
    method: 'latest',
    reconciliation_status: 'latest',
    balance_transaction: 'latest',
    /**
     * Where no line of the provider's balance names it. `none`: there is no such line, and what leaves the balance is told by the payout alone.
     * `unnamed`: there is one, which does not say whose it is. Absent: its line names it, or is named by `balance_transaction`.
     */
    balance_line: 'latest',
  },
  /**
   * A line of the provider's balance, on the payment or payout it comes from, or by itself (`balance:txn_1`). `gross`, `fee` and `net` are signed, in the currency of
   * settlement; the fees by kind sum to `fee`. `exchange_rate` is a decimal, null without a conversion.
   */
  BalanceMoved: {
    at: 'lowest',
    available_at: 'latest',
    gross: 'latest',
    fee: 'latest',
    net: 'latest',
    currency: 'latest',
    exchange_rate: 'latest',
    category: 'latest',
    kind: 'latest',
    /** Whose balance it is: `stripe`. */
    provider: 'latest',
    /** The provider's id of what moved it, and of the payout that it was paid out in. */
    source: 'latest',
    payout: 'latest',
    fee_processing: 'latest',
    fee_application: 'latest',
    fee_tax: 'latest',
    fee_passthrough: 'latest',
    fee_other: 'latest',
  },
  /** Says only that ids belong together (`refs`, `nodes`). */
  Linked: {},
} as const satisfies Record<string, Record<string, Merge>>;

export type FactType = keyof typeof factTypes;

/** Decisions of our own that mean something to the read model; all others are read by whoever decides. */
export const DECISIONS_WITH_FACTS: ReadonlySet<string> = new Set(['IdentityDecided']);

export interface Fact {
  type: FactType;
  /** What it is about. People facts have a Node, purchase facts a Ref. */
  subject: Ref | Node;
  /** The effect within the subject: `captured`, `refund:re_1`, `dispute:dp_1:withdrawn`, `touch:<id>`. Two facts of one effect are one effect. */
  effect: string;
  /** Decides between two values of a `latest` or `first` field; see `stampOf`. */
  stamp: string;
  fields: Readonly<Record<string, Scalar>>;
  /** Other ids of the same purchase. */
  refs?: readonly Ref[];
  /** Who it belongs to, best evidence first; for a fact about a person: other identifiers of the same person (server grade). */
  nodes?: readonly Node[];
}

/**
 * Orders restatements of one effect: rank of the origin (0 imported … 9 most trusted), the provider's version of the object
 * (milliseconds or a counter), the origin's event id as the tie-break. Text order is the order.
 */
export const stampOf = (rank: number, version: number, eventId: string): string =>
  `${rank}.${String(Math.max(0, Math.trunc(version))).padStart(16, '0')}.${eventId}`;

/** An entry as interpreters see it: open fields and the parsed body, in which personal leaves are sealed tokens. */
export interface InterpretableEntry {
  id: string;
  position: number;
  type: string;
  schemaVersion: number;
  origin: string;
  account: string;
  originEventId: string;
  /** Epoch milliseconds. */
  occurredAt: number;
  attributes: Readonly<Record<string, string>>;
  body: unknown;
}

/** Pure: the facts an entry means, none when it means nothing to us. `undefined`: no interpreter knows the type (kept and counted as unknown). Throws: the entry is parked. */
export type Interpret = (entry: InterpretableEntry) => readonly Fact[] | undefined;

/** How long before something a touch still counts for it. The first touch is kept for ever. */
export const FIRST_TOUCH_LOOKBACK_DAYS = null;
export const LAST_TOUCH_LOOKBACK_DAYS = 30;

/** Numbers that are told by touch. */
export const attributedMetrics: readonly string[] = [
  'signups',
  'orders',
  'revenue_gross',
  'new_customers',
  'payments',
  'checkouts_started',
];

/** Those of them that are made of purchases, which may say themselves where they came from. */
export const purchaseMetrics: ReadonlySet<string> = new Set(['orders', 'revenue_gross', 'new_customers', 'payments']);

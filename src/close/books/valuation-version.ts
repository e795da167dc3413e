/**
 * Changes whenever a line would be worth anything else in the functional currency: sums that another version came to are not gone on from,
 * and closed months are gone through once for what they differ by.
 */
export const VALUATION_VERSION = 1;

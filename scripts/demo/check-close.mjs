// The close as the service answers it, under the names of the planted figures of `truth-close.mjs`.

/** Of a result of the tie-out: how many lines differ, by currency and reason, and what lies between the two sides. */
export function differencesAnswered({ currencies, difference_counts: counts }) {
  const figures = new Map(Object.entries(counts).map(([kind, count]) => [`first tie-out ${kind}`, count]));
  for (const { currency, ledger, provider } of currencies)
    figures.set(`first tie-out ${currency} difference`, Number(provider.net) - Number(ledger.net));
  return figures;
}

/**
 * Of the tie-out, the trial balance and the bridge. A difference, an account that nobody planned and a step that is not explained are
 * figures too, of which the plan has none.
 */
export function closeAnswered({ tieOut, balance, bridge }) {
  const figures = new Map();
  for (const { currency, category, ...sides } of tieOut.categories) {
    for (const side of ['ledger', 'provider']) {
      for (const [what, value] of Object.entries(sides[side]))
        figures.set(`tie-out ${currency} ${category} ${side} ${what}`, Number(value));
    }
  }
  for (const { currency, balance: stated } of tieOut.currencies) {
    for (const what of ['start', 'end', 'moved', 'clearing'])
      figures.set(`balance ${currency} ${what}`, Number(stated?.[what] ?? Number.NaN));
  }
  figures.set('tie-out differences', tieOut.differences_total);
  for (const { name, currency, closing } of balance.data) figures.set(`account ${name} ${currency}`, Number(closing));
  for (const { currency, unexplained } of bridge.revenue)
    figures.set(`bridge ${currency} unexplained`, Number(unexplained));
  return figures;
}

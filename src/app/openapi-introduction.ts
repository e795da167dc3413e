/** What somebody reads first at `/docs`, who knows nothing of the service. Markdown. */
export const INTRODUCTION = `Truth Ledger keeps signed payment webhooks and the events of your own services in an append-only ledger, derives numbers from them, \
compares those with what client-side analytics saw, and closes months on them.

**Keys.** Send an API key as \`Authorization: Bearer <key>\`. Each has scopes: \`read\`, \`events:write\`, \`finance\`, \`admin\`; every operation \
names the one that it needs. \`npx truth-ledger keys create\` makes keys. Webhooks prove themselves by their signature, client events by a public write key.

**Refusals** are \`application/problem+json\` (RFC 9457) with a stable \`code\`; \`GET /problems/{code}\` says what it means and what to do. Any address \
may also answer 405, 408, 413, 415, 429, 431 or 500. 429 and 503 carry \`Retry-After\` in seconds.

**Lists** are \`{ "data": [...], "next_cursor": string | null }\`. For the next page send \`next_cursor\` as \`cursor\`, with the same question.

**Money** is in integer minor units, as text, with its currency: \`{ "amount_minor": "1234", "currency": "USD" }\` is 12.34 USD. \`GET /v1/catalog\` lists \
the decimals of each currency. Currencies are never added.

**Time.** Moments are RFC 3339 in UTC. Days are those of the reporting time zone, written \`2026-10-03\`; a range includes both its ends.`;

/** The groups of operations, in the order in which they are shown. */
export const TAGS: readonly (readonly [name: string, description: string])[] = [
  ['doors', 'Where webhooks, domain events and client events come in. A 2xx means that it is durable.'],
  ['numbers', 'Metrics, the ledger entries under them, attribution, funnels, customers.'],
  ['reconciliation', 'Truth beside what each analytics source saw: gaps, causes, drift, markers, the weekly report.'],
  ['ledger', 'Entries as they are stored, and the proofs that they are unchanged.'],
  ['completeness', 'What providers list against what arrived.'],
  ['dead letters', 'What could not be taken further, and what settles it.'],
  ['close', 'Closing a period as two people, its files, and the tie-out with the balance of the provider.'],
  ['books', 'The double-entry journal: balances, lines, rates, opening balances.'],
  ['alerts', 'What is wrong now, and who looks after it.'],
  ['jobs', 'Work in the background.'],
  ['catalog', 'The schemas of events, the facts, the currencies.'],
  ['privacy', 'Personal data.'],
  ['session', 'Signing in to the dashboard.'],
  ['operating', 'Health, figures, and what error codes mean.'],
];

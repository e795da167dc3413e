import type { Metric } from '../catalog/subjects.js';

/** The text of docs/reference/metrics.md: the measurement contract as Markdown. */
export function metricsPage(metrics: readonly Metric[]): string {
  const rows = metrics
    .filter(({ internal }) => !internal)
    .map(
      ({ name, shape, unit, meaning, dated, excludes }) =>
        `| \`${name}\` | ${shape.kind} | ${unit} | ${meaning} | ${dated} | ${excludes} |`,
    );
  return `${HEAD}${rows.join('\n')}\n`;
}

const HEAD = `# Metrics

<!-- Made by scripts/generate-docs.mjs from src/metrics; a test keeps both in step. -->

The measurement contract, as \`GET /v1/metrics\` serves it. Each is asked for by \`GET /v1/metrics/{name}?from=&to=&interval=day|week|month\`, with
\`group_by\` (\`source\`, \`medium\`, \`campaign\`, \`channel\`, \`customer_kind\`, \`unknown_reason\`), \`currency\` and \`as_of\` (a ledger position or a time).

| kind | the value of a period is | \`/contributions\` lists |
|---|---|---|
| flow | the sum over its days | what was added on those days |
| sum | a signed sum of flows | the rows of those flows, signed |
| stock | what there is at its end, or on the last day asked for: the sum of its flows since the beginning | for \`day=\`, everything until then; for \`from=\` and \`to=\`, the changes within |
| ratio | one flow over another | the rows of both |

\`/contributions\` of one row takes the row's \`currency\` and its group, \`source=google\` for instance; an empty group is asked for by \`medium=\`.

Money is in minor units, a row for each currency; currencies are never added. Days are in the reporting time zone.
How subscriptions are counted is explained in [subscriptions and recurring revenue](../explanation/subscriptions.md).

| metric | kind | unit | meaning | dated | excludes |
|---|---|---|---|---|---|
`;

import { problems } from '../../kernel/errors.js';

/** The text of docs/reference/errors.md: the table of problems as Markdown. */
export function errorsPage(): string {
  const rows = Object.entries(problems).map(
    ([code, [status, title, remedy]]) => `| \`${code}\` | ${status} | ${title} | ${remedy} |`,
  );
  return `${HEAD}${rows.join('\n')}\n`;
}

const HEAD = `# Errors

<!-- Made by scripts/generate-docs.mjs from src/kernel/errors.ts; a test keeps both in step. -->

Every refusal is \`application/problem+json\` (RFC 9457):

\`\`\`json
{
  "type": "/problems/invalid_request",
  "title": "The request is not valid.",
  "status": 400,
  "code": "invalid_request",
  "detail": "from must not be after to.",
  "errors": ["from must not be after to."],
  "correlation_id": "3f0e6f5e-0d8e-4e9b-9c57-2f6f0c9b7a11"
}
\`\`\`

\`code\` never changes its meaning; \`title\` and \`detail\` are for people and may. \`errors\` lists single reasons where there are several.
\`correlation_id\` is that of the request (send your own as \`x-correlation-id\`) and is in the logs. \`GET /problems/{code}\` answers a row of this table.
429 and 503 carry \`Retry-After\` in seconds. A provider's conflicting delivery is answered 200, because it must not be made to retry what is held.

| code | status | what happened | what to do |
|---|---|---|---|
`;

import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

interface Row {
  /** `POST /v1/track`: several where they do the same. */
  addresses: string[];
  summary: string;
  key: string;
  query: string;
}

/** The text of docs/reference/http.md: every operation of the OpenAPI document, for somebody who has no service running yet. */
export function interfacePage(document: OpenAPIObject): string {
  const sections = (document.tags ?? []).map(({ name, description }) => {
    const rows = rowsOf(document, name).map(
      ({ addresses, summary, key, query }) =>
        `| ${addresses.map((address) => `\`${address}\``).join(' ')} | ${summary} | ${key} | ${query} |`,
    );
    return `## ${name[0]!.toUpperCase()}${name.slice(1)}\n\n${description}\n\n${TABLE}${rows.join('\n')}\n`;
  });
  return `${HEAD}${document.info.description}\n\n${sections.join('\n')}`;
}

/** The operations of a tag in the order of the document; those that read alike are one row. */
function rowsOf({ paths }: OpenAPIObject, tag: string): Row[] {
  const rows = new Map<string, Row>();
  for (const [path, item] of Object.entries(paths)) {
    for (const method of ['get', 'post', 'delete'] as const) {
      const operation = item[method];
      if (!operation?.tags?.includes(tag)) continue;
      const row = { summary: operation.summary ?? '', key: keyOf(operation), query: queryOf(operation) };
      const alike = JSON.stringify(row);
      const known = rows.get(alike) ?? { addresses: [], ...row };
      known.addresses.push(`${method.toUpperCase()} ${path}`);
      rows.set(alike, known);
    }
  }
  return [...rows.values()];
}

function keyOf({ security = [] }: Operation): string {
  const scopes = security.flatMap(({ bearer = [] }) => bearer);
  if (security.some((one) => 'write_key' in one)) return 'write key';
  return scopes.map((scope) => `\`${scope}\``).join(' or ');
}

/** Parameters of the query, those that must be there in bold. */
function queryOf({ parameters = [] }: Operation): string {
  return parameters
    .flatMap((each) => ('in' in each && each.in === 'query' ? [each] : []))
    .map(({ name, required }) => (required ? `**${name}**` : name))
    .join(', ');
}

const HEAD = `# HTTP interface

<!-- Made by scripts/generate-docs.mjs from the OpenAPI document; a test keeps both in step. -->

Every address at a glance. A running service has it in full, with the shapes of all answers, at \`/docs\` and as OpenAPI at \`/openapi.json\`.

`;

const TABLE = `| address | what it does | key | query, **needed** in bold |
|---|---|---|---|
`;

import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Json, RunningService } from './running-service.js';

/** A schema of OpenAPI 3.0 as JSON Schema says it: what is nullable may be null. */
function jsonSchema(value: any): any {
  if (Array.isArray(value)) return value.map(jsonSchema);
  if (typeof value !== 'object' || value === null) return value;
  const schema = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonSchema(inner)]));
  if (schema.nullable !== true || typeof schema.type !== 'string') return schema;
  const { nullable: _, ...rest } = schema;
  return { ...rest, type: [schema.type, 'null'], ...(schema.enum ? { enum: [...schema.enum, null] } : {}) };
}

/**
 * Asks a service for every address that its document says can be read without an id, over a range of days, and resolves with what is
 * answered otherwise than the document says. `told` is called with each address that was asked.
 */
export async function answersByDocument(
  service: RunningService,
  range: string,
  told: (address: string) => void,
): Promise<string[]> {
  const document = await service.get('/openapi.json');
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'document', components: jsonSchema(document.components) });
  const wrong: string[] = [];
  for (const [path, { get }] of Object.entries<Json>(document.paths)) {
    if (!get || path.includes('{') || path === '/metrics') continue;
    const asksDays = (get.parameters as Json[]).some(({ name, schema }) => name === 'from' && schema.format === 'date');
    const query = path === '/v1/ledger/proofs/consistency' ? '?from=1' : asksDays ? `?${range}` : '';
    const { status, body } = await service.send('GET', path + query);
    told(path);
    const schema = get.responses[status]?.content?.['application/json']?.schema ?? false;
    const local = JSON.stringify(jsonSchema(schema)).replaceAll('#/components', 'document#/components');
    if (!ajv.validate(JSON.parse(local), body)) wrong.push(`${status} of ${path}: ${ajv.errorsText().slice(0, 300)}`);
  }
  return wrong;
}

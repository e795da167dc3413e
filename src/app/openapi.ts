import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { CollectReplyBody } from './http/intake-replies.js';
import { doorPaths, eventsBody, reportBody, writeKey } from './openapi-doors.js';
import { INTRODUCTION, TAGS } from './openapi-introduction.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds until it may be sent again.', schema: { type: 'integer' } },
};

/**
 * Serves the document of every route at `/openapi.json` and renders it at `/docs`. It is made when it is first asked for: to make it takes
 * a good part of a start, and few processes are ever asked. Returns what makes it, once.
 */
export function describeApi(nest: NestFastifyApplication): () => OpenAPIObject {
  let made: OpenAPIObject | undefined;
  const document = (): OpenAPIObject => (made ??= documentOf(nest));
  SwaggerModule.setup('docs', nest, document, { jsonDocumentUrl: 'openapi.json', yamlDocumentUrl: 'openapi.yaml' });
  return document;
}

function documentOf(nest: NestFastifyApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(nest, head());
  document.paths = { ...doorPaths(), ...document.paths };
  const collected = z.toJSONSchema(CollectReplyBody, { target: 'openapi-3.0' });
  document.components!.schemas = { ...document.components!.schemas, Collected: collected as never };
  // Of a body that is read as bytes, the converter knows neither type nor schema.
  Object.assign(document.paths['/v1/events']?.post ?? {}, { requestBody: eventsBody });
  Object.assign(document.paths['/v1/provider-reports']?.post ?? {}, { requestBody: reportBody });
  for (const operation of operationsOf(document)) {
    operation.security ??= []; // for everybody: the document says so, instead of nothing
    asProblems(operation);
    withRetryAfter(operation);
  }
  nullInside(document);
  return document;
}

function head(): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setTitle('Truth Ledger')
    .setDescription(INTRODUCTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addSecurity('bearer', {
      type: 'http',
      scheme: 'bearer',
      description: 'An API key `tl_<id>_<secret>`, or ADMIN_API_KEY.',
    })
    .addSecurity('write_key', writeKey);
  for (const [name, description] of TAGS) builder.addTag(name, description);
  return builder.build();
}

const operationsOf = (document: OpenAPIObject): Operation[] =>
  Object.values(document.paths)
    .flatMap((item) => [item.get, item.post, item.delete])
    .filter((operation) => operation !== undefined);

/** The converter knows one content type; problems have their own. */
function asProblems(operation: Operation): void {
  for (const response of Object.values(operation.responses)) {
    const json = response && 'content' in response ? response.content?.['application/json'] : undefined;
    if (json && '$ref' in (json.schema ?? {}) && JSON.stringify(json.schema).includes('/Problem"'))
      Object.assign(response!, { content: PROBLEM });
  }
}

function withRetryAfter(operation: Operation): void {
  for (const status of ['429', '503']) {
    const response = operation.responses[status];
    if (response) Object.assign(response, { headers: RETRY_AFTER });
  }
}

/** OpenAPI 3.0 takes `nullable` only beside a `type`: of a choice, the first one says it. */
function nullInside(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const schema = value as { nullable?: boolean; type?: string; anyOf?: { nullable?: boolean }[] };
  if (schema.nullable === true && schema.type === undefined && schema.anyOf?.[0]) {
    delete schema.nullable;
    schema.anyOf[0].nullable = true;
  }
  for (const inner of Object.values(value)) nullInside(inner);
}

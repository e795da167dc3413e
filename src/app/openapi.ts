import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import type { ProblemCode } from '../kernel/errors.js';
import { byStatus } from './http/describe.js';
import { posthogPaths, segmentPaths } from './http/doors.js';
import { CollectReplyBody } from './http/replies.js';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['post']>;

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

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
  const head = new DocumentBuilder()
    .setTitle('Truth Ledger')
    .setDescription('Signed webhooks and domain events in, true numbers and their gap to analytics out.')
    .setVersion('1')
    .addSecurity('bearer', {
      type: 'http',
      scheme: 'bearer',
      description: 'An API key `tl_<id>_<secret>`, or ADMIN_API_KEY.',
    })
    .build();
  const document = SwaggerModule.createDocument(nest, head);
  document.paths = { ...doorPaths(), ...document.paths };
  const collected = z.toJSONSchema(CollectReplyBody, { target: 'openapi-3.0' });
  document.components!.schemas = { ...document.components!.schemas, Collected: collected as never };
  asProblems(document);
  return document;
}

/** The doors that stand outside Nest: each proves its caller by itself, so they name no key. */
function doorPaths(): Paths {
  const paths: Paths = {
    '/webhooks/{provider}': {
      post: door({
        summary:
          'A signed webhook of a payment provider. 202 means recorded and durable, 200 known already. Adyen is told `[accepted]` with 200 for both.',
        parameters: [{ name: 'provider', in: 'path', required: true, schema: { type: 'string', example: 'stripe' } }],
        answers: { 200: 'Outcomes', 202: 'Outcomes' },
        codes: [
          'unreadable_body',
          'bad_signature',
          'stale_signature',
          'not_found',
          'request_timeout',
          'too_large',
          'unavailable',
        ],
      }),
    },
  };
  const codes: ProblemCode[] = ['unreadable_body', 'unauthenticated', 'too_large', 'rate_limited', 'unavailable'];
  for (const path of segmentPaths) {
    paths[path] = {
      post: door({ summary: "Client-side events in Segment's protocol.", answers: { 202: 'Collected' }, codes }),
    };
  }
  for (const path of posthogPaths) {
    paths[`${path}/`] = {
      post: door({ summary: "Client-side events in PostHog's protocol.", answers: { 200: 'Collected' }, codes }),
    };
  }
  return paths;
}

interface Door {
  summary: string;
  parameters?: Operation['parameters'];
  answers: Record<number, string>;
  codes: readonly ProblemCode[];
}

function door({ summary, parameters, answers, codes }: Door): Operation {
  const good = Object.entries(answers).map(([status, name]) => [
    status,
    { description: 'OK', content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } },
  ]);
  const bad = byStatus(codes).map(([status, titles]) => [status, { description: titles.join(' '), content: PROBLEM }]);
  return {
    tags: ['doors'],
    summary,
    security: [],
    ...(parameters ? { parameters } : {}),
    requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
    responses: Object.fromEntries([...good, ...bad]) as Operation['responses'],
  };
}

/** The converter knows one content type; problems have their own. */
function asProblems(document: OpenAPIObject): void {
  for (const item of Object.values(document.paths)) {
    for (const operation of [item.get, item.post]) {
      for (const response of Object.values(operation?.responses ?? {})) {
        const json = response && 'content' in response ? response.content?.['application/json'] : undefined;
        if (json && '$ref' in (json.schema ?? {}) && JSON.stringify(json.schema).includes('/Problem"'))
          Object.assign(response!, { content: PROBLEM });
      }
    }
  }
}

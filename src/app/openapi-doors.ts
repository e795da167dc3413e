import type { OpenAPIObject } from '@nestjs/swagger';
import { providers } from '../ingest/providers/index.js';
import type { ProblemCode } from '../kernel/errors.js';
import { byStatus } from './http/describe.js';
import { posthogPaths, segmentPaths } from './http/doors.js';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['post']>;
type Body = NonNullable<Operation['requestBody']>;

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** How client events prove whose they are. */
export const writeKey = {
  type: 'http',
  scheme: 'basic',
  description:
    'A write key of COLLECTOR_WRITE_KEYS as the user name, without a password; or in the body, as `writeKey` (Segment) or `api_key` (PostHog). Public by nature.',
} as const;

const cloudEvent = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type'],
  properties: {
    specversion: { type: 'string', enum: ['1.0'] },
    id: {
      type: 'string',
      description: 'Yours, and the same on every repeat: with `source` it is what makes the event count once.',
    },
    source: { type: 'string', description: 'Who tells it, an origin that the key may write, such as `/auth`.' },
    type: { type: 'string', description: 'A domain event of `GET /v1/catalog`, which has the schema of its `data`.' },
    time: { type: 'string', format: 'date-time', description: 'When it happened. Without it, when it arrived.' },
    data: { type: 'object', additionalProperties: true },
  },
  additionalProperties: true,
} as const;
const anEvent = {
  specversion: '1.0',
  id: 's1',
  source: '/auth',
  type: 'user.signed_up',
  time: '2026-10-03T09:00:00Z',
  data: { user_id: 'u1', anonymous_id: 'a1' },
};

export const eventsBody: Body = {
  required: true,
  description: 'One CloudEvents 1.0 event, or an array of them. At most 1 MiB.',
  content: {
    'application/cloudevents+json': { schema: cloudEvent as never, example: anEvent },
    'application/cloudevents-batch+json': {
      schema: { type: 'array', items: cloudEvent as never },
      example: [anEvent],
    },
    'application/json': {
      schema: { oneOf: [cloudEvent, { type: 'array', items: cloudEvent }] } as never,
      example: anEvent,
    },
  },
};

export const reportBody: Body = {
  required: true,
  description: 'The bytes of the file as the provider made it. At most 32 MiB.',
  content: {
    'text/csv': { schema: { type: 'string', format: 'binary' } },
    'application/json': { schema: { type: 'string', format: 'binary' } },
  },
};

/** The doors that stand outside Nest: each proves its caller by itself. */
export function doorPaths(): Paths {
  const paths: Paths = { '/webhooks/{provider}': { post: webhookDoor() } };
  for (const path of segmentPaths) paths[path] = { post: collectorDoor(path, "Segment's", 202, 'writeKey') };
  for (const path of posthogPaths) paths[`${path}/`] = { post: collectorDoor(path, "PostHog's", 200, 'api_key') };
  return paths;
}

const webhookDoor = (): Operation =>
  door({
    operationId: 'receiveWebhook',
    summary:
      'A signed webhook of a payment provider. 202 means recorded and durable, 200 known already. Adyen is told `[accepted]` with 200 for both.',
    parameters: [
      {
        name: 'provider',
        in: 'path',
        required: true,
        description:
          'Whose webhook it is. It proves itself by the signature of that provider, over the body as it was sent.',
        schema: { type: 'string', enum: Object.keys(providers), example: 'stripe' },
      },
    ],
    security: [],
    body: { type: 'object', description: 'As the provider sent it, byte for byte. At most 1 MiB.' },
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
  });

const collectorDoor = (path: string, whose: string, status: number, key: string): Operation =>
  door({
    operationId: `collect${path.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: `Client-side events in ${whose} protocol, as its SDKs send them. What cannot be read is counted in \`rejected\`, the rest is kept.`,
    security: [{ write_key: [] }, {}],
    body: { type: 'object', description: `One event or a batch. \`${key}\` may hold the write key.` },
    answers: { [status]: 'Collected' },
    codes: ['unreadable_body', 'unauthenticated', 'too_large', 'rate_limited', 'unavailable'],
  });

interface Door {
  operationId: string;
  summary: string;
  parameters?: Operation['parameters'];
  security: Operation['security'];
  body: object;
  answers: Record<number, string>;
  codes: readonly ProblemCode[];
}

function door({ operationId, summary, parameters, security, body, answers, codes }: Door): Operation {
  const good = Object.entries(answers).map(([status, name]) => [
    status,
    { description: 'Kept.', content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } },
  ]);
  const bad = byStatus(codes).map(([status, titles]) => [status, { description: titles.join(' '), content: PROBLEM }]);
  return {
    tags: ['doors'],
    operationId,
    summary,
    security,
    ...(parameters ? { parameters } : {}),
    requestBody: { required: true, content: { 'application/json': { schema: body } } },
    responses: Object.fromEntries([...good, ...bad]) as Operation['responses'],
  };
}

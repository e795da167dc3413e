import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// The checker of OpenAPI documents that openapi-typescript brings along.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { interfacePage } from '../../../src/app/interface-page.js';
import { validateDomainEvent } from '../../../src/catalog/validate.js';
import { startApp, type RunningApp } from './fake-service.js';

/** Pages, files and settings for browsers: nothing that a client is written against. */
const NOT_DESCRIBED = /^\/($|docs|openapi\.|sign-in|flags|decide|array\/|assets\/)/;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const RULES = [
  'struct',
  'no-unresolved-refs',
  'security-defined',
  'no-identical-paths',
  'operation-operationId',
  'operation-operationId-unique',
  'operation-2xx-response',
  'operation-parameters-unique',
  'path-parameters-defined',
  'no-enum-type-mismatch',
  'no-invalid-media-type-examples',
  'no-invalid-schema-examples',
  'no-invalid-parameter-examples',
  'no-required-schema-properties-undefined',
];

let app: RunningApp;
let operations: [name: string, operation: any][];

beforeAll(async () => {
  app = await startApp();
  operations = Object.entries<any>(app.document().paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method): [string, any] => [`${method} ${path}`, item[method]]),
  );
});
afterAll(() => app.stop());

describe('given the OpenAPI document', () => {
  it('when it is held against the routes, then each is in it and nothing else', () => {
    const routes = app.routes
      .all()
      .filter(({ method, pattern }) => METHODS.includes(method.toLowerCase()) && !NOT_DESCRIBED.test(pattern))
      .map(({ method, pattern }) => `${method.toLowerCase()} ${pattern.replace(/:(\w+)/g, '{$1}').replace(/\/$/, '')}`);
    expect(operations.map(([name]) => name.replace(/\/$/, '')).sort()).toEqual([...new Set(routes)].sort());
  });

  it('when the page of the interface is made of it, then it is the page in the repository', () => {
    expect(readFileSync('docs/reference/http.md', 'utf8')).toBe(interfacePage(app.document()));
  });

  it('when a stranger reads it, then every operation, parameter and answer is said in words', () => {
    const tags = app.document().tags!.map(({ name }) => name);
    const silent = operations.flatMap(
      ([
        name,
        {
          summary,
          tags: [tag, ...more],
          parameters = [],
          responses,
        },
      ]) => [
        ...(summary?.endsWith('.') ? [] : [`${name}: no summary that is a sentence`]),
        ...(tags.includes(tag) && more.length === 0 ? [] : [`${name}: not one tag of those described`]),
        ...parameters
          .filter(({ description }: any) => !description)
          .map((parameter: any) => `${name}: no description of ${parameter.in} ${parameter.name}`),
        ...Object.entries<any>(responses)
          .filter(([, { description }]) => !description)
          .map(([status]) => `${name}: no description of ${status}`),
      ],
    );
    expect(silent).toEqual([]);
  });

  it('when a checker of such documents reads it, then it is valid, and so is every example in it', async () => {
    const rules = Object.fromEntries(RULES.map((rule) => [rule, 'error' as const]));
    const config = await createConfig({ rules });
    const problems = await lintFromString({ source: JSON.stringify(app.document()), config });
    expect(problems.map(({ message, location }) => `${location[0]?.pointer}: ${message}`)).toEqual([]);
  });

  it('when the example of an event is sent, then its data is what the catalog asks of that type', () => {
    const { content } = app.document().paths['/v1/events']!.post!.requestBody as any;
    const [one, [first]] = [content['application/cloudevents+json'], content['application/cloudevents-batch+json']].map(
      ({ example }) => example,
    );
    for (const { type, data } of [one, first]) expect(validateDomainEvent(type, data, 1).reasons).toBeUndefined();
  });
});

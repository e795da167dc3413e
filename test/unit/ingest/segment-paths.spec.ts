import { expect, it } from '@jest/globals';
import { segment } from '../../../src/ingest/collectors/segment.js';
import type { RawRequest } from '../../../src/ingest/ingest.js';

const at = (url: string): RawRequest => ({ url, headers: {}, body: Buffer.alloc(0), correlationId: 'c' });
const sent = { event: 'Signed Up', userId: 'u1', writeKey: 'wk_shop' };

it.each([
  ['/v1/t', 'track'],
  ['/v1/i', 'identify'],
  ['/v1/p/', 'page'],
  ['/v1/s?x=1', 'screen'],
  ['/v1/g', 'group'],
  ['/v1/a', 'alias'],
  ['/v1/track', 'track'],
])('given an event without a type at %s, when it is read, then it is of type %s', (url, type) => {
  expect(segment.batch(at(url), sent)).toMatchObject({ writeKey: 'wk_shop', events: [{ type, ...sent }] });
});

it('given what analytics.js puts together at /v1/b, when it is read, then each event is one, and one alone is no batch', () => {
  const body = {
    writeKey: 'wk_shop',
    batch: [
      { type: 'track', ...sent },
      { type: 'page', userId: 'u1' },
    ],
  };
  expect(segment.batch(at('/v1/b'), body)).toMatchObject({ writeKey: 'wk_shop', events: body.batch });
  expect(segment.batch(at('/v1/b'), sent)).toBeUndefined();
});

it.each([undefined, 7, 'constructor', 't'])(
  'given the type %s in an event, when it is read, then it is unknown',
  (type) => {
    expect(segment.event({ ...sent, type })).toBe('unknown_type');
  },
);

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanText, clearTextWith, typeName } from '../../../src/ingest/clear-text.js';
import { truncatedAddress } from '../../../src/ingest/client-address.js';
import { agentOf } from '../../../src/ingest/collectors/user-agent.js';
import { elementTexts } from '../../../src/ingest/element-texts.js';
import { GroupCommit } from '../../../src/ingest/group-commit.js';
import { Problem } from '../../../src/kernel/errors.js';
import { statusOf, statusOfBatch } from '../../../src/ingest/outcome.js';
import { TokenBuckets } from '../../../src/ingest/rate-limit.js';
import { LEFT_OUT, shortenBody } from '../../../src/ingest/shorten-body.js';
import { writeKeyFinder } from '../../../src/ingest/write-keys.js';

describe('the texts of the elements of an array', () => {
  it('given any array, when cut, then the pieces are its elements', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 1, '\t'), (values, indent) => {
        const pieces = elementTexts(JSON.stringify(values, null, indent));
        expect(pieces.map((piece) => JSON.parse(piece) as unknown)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it('given odd spacing and escapes, when cut, then every piece is as it was sent', () => {
    expect(elementTexts(' [ {"a" : "]\\"," } ,\n 1.50 , "x" ] ')).toEqual(['{"a" : "]\\"," }', '1.50', '"x"']);
    expect(elementTexts('[]')).toEqual([]);
  });
});

describe('shortening a body', () => {
  it('given one huge leaf, when shortened, then only that leaf is left out', () => {
    const body = {
      id: 'evt_1',
      data: { object: { id: 'ch_1', amount: 100, metadata: { note: 'x'.repeat(5_000), ok: 'yes' } } },
    };
    expect(JSON.parse(shortenBody(body, 1_000))).toEqual({
      id: 'evt_1',
      data: { object: { id: 'ch_1', amount: 100, metadata: { note: LEFT_OUT, ok: 'yes' } } },
    });
  });

  it('given a member called __proto__, when shortened, then it stays a member', () => {
    const body: unknown = JSON.parse(`{"__proto__": {"a": 1}, "big": "${'x'.repeat(500)}"}`);
    expect(shortenBody(body, 200)).toContain('"__proto__"');
  });

  it('given any value, when shortened, then it fits and is still JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 64, max: 2_000 }), (value, room) => {
        const text = shortenBody(value, room);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(room);
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      }),
    );
  });
});

describe('token buckets', () => {
  it('given a full bucket, when it is emptied, then it fills again at its rate', () => {
    const buckets = new TokenBuckets({ perSecond: 2, burst: 10 });
    buckets.take('a', 10, 1_000);
    expect(buckets.waitS('a', 1, 1_000)).toBe(0.5);
    expect(buckets.waitS('a', 1, 1_500)).toBe(0);
    expect(buckets.waitS('b', 10, 1_000)).toBe(0);
  });

  it('given a batch larger than the bucket, when it is full, then the batch passes and leaves a debt', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 10 });
    expect(buckets.waitS('a', 25, 0)).toBe(0);
    buckets.take('a', 25, 0);
    expect(buckets.waitS('a', 1, 0)).toBe(16);
    expect(buckets.waitS('a', 25, 16_000)).toBe(9);
  });

  it('given a clock that goes back, when asked, then nothing is lost or won', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 2 });
    buckets.take('a', 1, 10_000);
    expect(buckets.waitS('a', 2, 5_000)).toBe(1);
  });
});

describe('a truncated address', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:abcd:1234::1', '2001:db8:abcd::/48'],
    ['2001:0db8:00cd::', '2001:db8:cd::/48'],
    ['::1', '0:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['not an address', undefined],
    [`${'%'.repeat(1_000_000)}\nx`, undefined], // must cost nothing
    [undefined, undefined],
    [42, undefined],
  ])('given %s, when truncated, then it is %s', (address, expected) => {
    expect(truncatedAddress(address)).toBe(expected);
  });
});

describe('a user agent', () => {
  it.each([
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', true],
    ['Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36', false],
    ['', undefined],
    [undefined, undefined],
  ])('given %s, when judged, then bot is %s', (agent, isBot) => {
    expect(agentOf(agent).isBot).toBe(isBot);
  });

  it('given a phone, when described, then device and browser are known', () => {
    const agent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1';
    expect(agentOf(agent)).toEqual({ isBot: false, device: 'mobile', browser: 'safari', os: 'ios' });
  });
});

describe('clean text', () => {
  const clear = clearTextWith({
    safeId: (id) => (/^[^@ ]+@[^@ ]+$/.test(id) ? 'h_address' : id),
    contentMac: () => Buffer.alloc(32, 7),
  });

  it.each(['', 'a\u0000b', 'line\nbreak', '\ud800', 'x'.repeat(256), {}, null, undefined, Number.NaN])(
    'given %p, when cleaned, then there is nothing',
    (value) => {
      expect(clear(value)).toBeUndefined();
    },
  );

  it('given an e-mail address alone or inside, when cleaned, then no address is left', () => {
    expect(clear('ada@example.com')).toBe('h_address');
    expect(clear('signup of ada@example.com')).toMatch(/^h_[\w-]{22}$/);
    expect(clear('plain id')).toBe('plain id');
    expect(clear(42)).toBe('42');
  });

  it('given a type with odd characters, when named, then it fits the ledger', () => {
    expect(typeName('charge.succeeded')).toBe('charge.succeeded');
    expect(typeName('a b/c')).toBe('a_b_c');
    expect(cleanText('ok')).toBe('ok');
  });
});

describe('outcomes', () => {
  it('given each outcome, when answered, then the status says whose fault it is', () => {
    expect(statusOf({ outcome: 'recorded' }, 'provider')).toBe(202);
    expect(statusOf({ outcome: 'duplicate' }, 'provider')).toBe(200);
    expect(statusOf({ outcome: 'conflict' }, 'provider')).toBe(200);
    expect(statusOf({ outcome: 'conflict' }, 'events')).toBe(409);
    expect(statusOf({ outcome: 'rejected', code: 'invalid_event' }, 'events')).toBe(400);
    expect(statusOf({ outcome: 'rejected', code: 'forbidden' }, 'events')).toBe(403);
    expect(statusOfBatch([{ outcome: 'recorded' }, { outcome: 'recorded' }])).toBe(202);
    expect(statusOfBatch([{ outcome: 'recorded' }, { outcome: 'rejected' }])).toBe(200);
    expect(statusOfBatch([])).toBe(200);
  });
});

describe('write keys', () => {
  it('given keys, when one is sent, then its name is found and nothing else', () => {
    const find = writeKeyFinder([
      { name: 'web', key: 'wk_1' },
      { name: 'app', key: 'wk_2' },
    ]);
    expect(find('wk_2')).toBe('app');
    expect(find('wk_3')).toBeUndefined();
    expect(find('')).toBeUndefined();
    expect(find(undefined)).toBeUndefined();
  });
});

describe('group commit', () => {
  it('given callers during a commit, when it ends, then they go together and each gets its own answer', async () => {
    const groups: number[][] = [];
    const group = new GroupCommit<number, number>(
      async (items) => {
        groups.push([...items]);
        return items.map((item) => item * 10);
      },
      { waitingMax: 10, groupMax: 100, weight: () => 1 },
    );
    expect(await Promise.all([1, 2, 3].map((item) => group.add(item)))).toEqual([10, 20, 30]);
    expect(groups).toEqual([[1, 2, 3]]);
  });

  it('given one item that cannot be written, when committed, then only its caller is told', async () => {
    const group = new GroupCommit<number, number>(
      async (items) => {
        if (items.includes(13)) throw new Problem('invalid_request');
        return [...items];
      },
      { waitingMax: 10, groupMax: 100, weight: () => 1 },
    );
    const settled = await Promise.allSettled([1, 13, 2].map((item) => group.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('given more callers than may wait, when added, then the rest is told to come back', async () => {
    const group = new GroupCommit<number, number>(async (items) => [...items], {
      waitingMax: 2,
      groupMax: 1,
      weight: () => 1,
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => group.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(await group.add(4)).toBe(4);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../../src/kernel/errors.js';
import {
  AT_SIGN,
  decodeStrictUtf8,
  DEPTH_MAX,
  ESCAPED,
  parseStrict,
  PERCENT,
  scanJson,
  TILDE,
} from '../../../src/kernel/json-scan.js';

interface Seen {
  kind: 'string' | 'number' | 'oddName' | 'duplicate';
  path: string;
  raw: string;
  flags?: number;
}

function seenIn(text: string): Seen[] {
  const seen: Seen[] = [];
  const note = (kind: Seen['kind']) => (path: readonly string[], start: number, end: number, flags?: number) => {
    seen.push({ kind, path: path.join('.'), raw: text.slice(start, end), ...(flags === undefined ? {} : { flags }) });
  };
  scanJson(text, {
    string: note('string'),
    number: note('number'),
    oddName: note('oddName'),
    duplicate: note('duplicate'),
  });
  return seen;
}

const refusal = (work: () => unknown): Problem => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const scans = (text: string): boolean => {
  try {
    scanJson(text, {}, { depthMax: 1e6, tokensMax: 1e6 });
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
};

describe('a JSON text that is scanned', () => {
  it('tells strings and numbers with their place in the text and the names around them', () => {
    const text = '{ "a" : { "b": ["x", -1.5e3, null, {"c":true,"d":"y"}] }, "e":0, "f": "z" }';
    expect(seenIn(text)).toEqual([
      { kind: 'string', path: 'a.b', raw: '"x"', flags: 0 },
      { kind: 'number', path: 'a.b', raw: '-1.5e3' },
      { kind: 'string', path: 'a.b.d', raw: '"y"', flags: 0 },
      { kind: 'number', path: 'e', raw: '0' },
      { kind: 'string', path: 'f', raw: '"z"', flags: 0 },
    ]);
  });

  it('keeps the path right after objects whose members tell nothing', () => {
    const text = '{"a":null,"b":[{"c":null},"x",{"d":false,"e":{}},1],"f":{"g":null},"h":"y"}';
    expect(seenIn(text).map(({ path, raw }) => [path, raw])).toEqual([
      ['b', '"x"'],
      ['b', '1'],
      ['h', '"y"'],
    ]);
  });

  it('says what is unusual in a string and calls only for unusual names', () => {
    const seen = seenIn('{"plain":"a@b","x@y":"100%","a\\u0040b":"\\n","~t":"~"}');
    expect(seen.map(({ kind, path, flags }) => [kind, path, flags])).toEqual([
      ['string', 'plain', AT_SIGN],
      ['oddName', 'x@y', AT_SIGN],
      ['string', 'x@y', PERCENT],
      ['oddName', 'a@b', ESCAPED],
      ['string', 'a@b', ESCAPED],
      ['oddName', '~t', TILDE],
      ['string', '~t', TILDE],
    ]);
  });

  it('tells names that were there before, in the same object only, whatever their spelling', () => {
    const seen = seenIn('{"a":1,"b":{"a":2,"b":3},"\\u0061":4,"c":[{"c":5},{"c":6}]}');
    expect(seen.filter(({ kind }) => kind === 'duplicate').map(({ raw }) => raw)).toEqual(['"\\u0061"']);
  });

  it('gives a long name, one that is no ASCII and one that shares a slot whole', () => {
    const names = ['n'.repeat(300), 'Straße', '', ...Array.from({ length: 5_000 }, (_, i) => `name_${i}`)];
    const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, 'x'])));
    expect(seenIn(text).map(({ path }) => path)).toEqual(names);
    expect(seenIn(text).map(({ path }) => path)).toEqual(names);
  });

  it('reads nesting up to the limit and refuses one level more', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => scanJson(nested(DEPTH_MAX))).not.toThrow();
    expect(refusal(() => scanJson(nested(DEPTH_MAX + 1))).detail).toContain('64');
    expect(refusal(() => scanJson(nested(500_000))).code).toBe('unreadable_body');
    expect(refusal(() => scanJson('{"a":'.repeat(100_000))).code).toBe('unreadable_body');
  });

  it('refuses more values and names than the limit', () => {
    expect(() => scanJson('[1,2,3]', {}, { tokensMax: 4 })).not.toThrow();
    expect(refusal(() => scanJson('[1,2,3]', {}, { tokensMax: 3 })).code).toBe('unreadable_body');
    expect(refusal(() => scanJson('{"a":1}', {}, { tokensMax: 2 })).code).toBe('unreadable_body');
    expect(refusal(() => parseStrict(`[${'1,'.repeat(300_000)}1]`)).code).toBe('unreadable_body');
  });

  it('says where a text goes wrong', () => {
    expect(refusal(() => parseStrict('{"a":1,}')).detail).toContain('offset 7');
    expect(refusal(() => parseStrict('{"a":')).detail).toContain('too early');
    expect(refusal(() => parseStrict('{"a":01}')).code).toBe('unreadable_body');
  });

  it.each([
    '',
    ' ',
    '{',
    '}',
    '[1 2]',
    '{"a" 1}',
    "{'a':1}",
    '{a:1}',
    '[,]',
    '[1,]',
    '{,}',
    'nul',
    'nulll',
    'NaN',
    'Infinity',
    '-',
    '+1',
    '.5',
    '1.',
    '1e',
    '1e+',
    '0x1',
    '01',
    '-01',
    '"',
    '"\\',
    '"\\x"',
    '"\\u12g4"',
    '"\\u123"',
    '"\n"',
    '"\u0000"',
    '1 1',
    '\u00a01',
    '\ufeff1',
    '//c\n1',
    '"a" "b"',
    '{"a":1 "b":2}',
    '{"a"}',
    '[1}',
    'truefalse',
    '1.e5',
    '--1',
    '\f1',
    '"\t"',
  ])('refuses %j as JSON.parse does', (text) => {
    expect(parses(text)).toBe(false);
    expect(scans(text)).toBe(false);
  });

  it.each([
    '0',
    '-0',
    '-0.0e-0',
    '1E400',
    '"\\ud800"',
    '"\ud800"',
    '"\\u0000"',
    '"\u2028"',
    ' [ ] ',
    '\t{\n}\r',
    '"\\/"',
    '9007199254740993',
    '"\u007f"',
    'true',
    'null',
    '{"":""}',
    '{"a":1,"a":2}',
  ])('accepts %j as JSON.parse does', (text) => {
    expect(parses(text)).toBe(true);
    expect(scans(text)).toBe(true);
  });
});

describe('scanner and JSON.parse', () => {
  const mangled = fc
    .tuple(
      fc.json(),
      fc.array(fc.tuple(fc.nat(200), fc.constantFrom(...'{}[]":,\\/u0123eE+-. \n\t\u0000tfn@~"'), fc.boolean()), {
        maxLength: 4,
      }),
    )
    .map(([text, edits]) => {
      let edited = text;
      for (const [at, char, insert] of edits) {
        const place = edited.length === 0 ? 0 : at % edited.length;
        edited = edited.slice(0, place) + char + edited.slice(place + (insert ? 0 : 1));
      }
      return edited;
    });

  it('accept and refuse the same texts', () => {
    fc.assert(
      fc.property(
        fc.oneof(mangled, fc.json(), fc.stringMatching(/^[[\]{}",:0-9eE.+\-tfn\\u ]{0,12}$/)),
        (text) => scans(text) === parses(text),
      ),
      { numRuns: 5_000 },
    );
  });

  it('see the same leaves', () => {
    const leaves = (value: unknown, path: readonly string[]): string[] => {
      if (typeof value === 'string' || typeof value === 'number') return [JSON.stringify([path, value])];
      if (Array.isArray(value)) return value.flatMap((each) => leaves(each, path));
      return value !== null && typeof value === 'object'
        ? Object.entries(value).flatMap(([name, member]) => leaves(member, [...path, name]))
        : [];
    };
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const found: string[] = [];
        const note = (path: readonly string[], start: number, end: number): void => {
          found.push(JSON.stringify([path, JSON.parse(text.slice(start, end))]));
        };
        scanJson(text, { string: note, number: note });
        expect(found).toEqual(leaves(JSON.parse(text), []));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a body that is decoded and parsed strictly', () => {
  it.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['0xFF', [0x22, 0xff, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['half a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a character cut off', [0x22, 0xe2, 0x82]],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
  ])('is refused with %s', (_what, bytes) => {
    expect(refusal(() => decodeStrictUtf8(Buffer.from(bytes))).code).toBe('unreadable_body');
  });

  it('keeps every byte of good UTF-8', () => {
    const text = '{"ключ":"値 😀 \u2028 \ufeff"}';
    expect(Buffer.from(decodeStrictUtf8(Buffer.from(text)))).toEqual(Buffer.from(text));
  });

  it('never lets a member become the prototype', () => {
    const value = parseStrict('{"__proto__":{"admin":true},"constructor":1,"a":{"__proto__":2}}') as Record<
      string,
      unknown
    >;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'a']);
    expect(value['admin']).toBeUndefined();
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    expect(Object.getPrototypeOf({ ...value })).toBe(Object.prototype);
  });
});

import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { domainEventPolicy, stripePolicy, trackedPolicy, unknownPolicy } from '../../src/catalog/personal.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { canonicalContent } from '../../src/ledger/vault/canonical-content.js';
import { createVault } from '../../src/ledger/vault/open-vault.js';
import type { SealedBody, SealingPolicy } from '../../src/ledger/vault.js';
import { anyText } from '../support/any-text.js';

const newKey = (): KeyObject => createSecretKey(randomBytes(32));
const kept = new Map<string, Buffer>();
const macKey = randomBytes(32);
const vault = createVault(
  { vaultKey: newKey(), hash: newKey(), mac: createSecretKey(macKey), signing: newKey() },
  async (id) => kept.get(id),
);

const seal = (text: string, policy: SealingPolicy): SealedBody => {
  const sealed = vault.seal(text, policy);
  if (sealed.key) kept.set(sealed.key.id, sealed.key.wrapped);
  return sealed;
};

/** JSON texts as no serialiser writes them: odd white space, escapes where none are needed, repeated names, odd numbers. */
const space = fc.stringMatching(/^[ \n\r\t]{0,2}$/);
const character = fc.oneof(
  fc.constantFrom(
    'a',
    'Ä',
    '😀',
    '\u2028',
    '~sealed:1:',
    '@x.de',
    'ada@example.com',
    '%40',
    '\\n',
    '\\"',
    '\\\\',
    '\\/',
    '\\ud800',
    '\\ud83d\\ude00',
    '\\u0000',
  ),
  fc.integer({ min: 0, max: 0xffff }).map((code) => `\\u${code.toString(16).padStart(4, '0')}`),
);
const stringToken = fc.array(character, { maxLength: 5 }).map((parts) => `"${parts.join('')}"`);
const numberToken = fc.constantFrom('0', '-0', '1.50', '1E400', '-1e-7', '9007199254740993', '4917012345678');
const jsonText = fc.letrec<{ value: string }>((tie) => {
  const element = fc.tuple(space, tie('value'), space).map((parts) => parts.join(''));
  const member = fc
    .tuple(space, stringToken, space, element)
    .map(([before, name, after, value]) => `${before}${name}${after}:${value}`);
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      stringToken,
      numberToken,
      fc.constantFrom('true', 'false', 'null', '{ }', '[\t]'),
      fc.array(element, { minLength: 1, maxLength: 4 }).map((all) => `[${all.join(',')}]`),
      fc.array(member, { minLength: 1, maxLength: 4 }).map((all) => `{${all.join(',')}}`),
    ),
  };
}).value;

/** Every string of a value, and every member name. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]);
};

// Decides by the value, so that every mixture of open and sealed comes up.
const some: SealingPolicy = (at, value) => (String(value).length + at.length) % 2 === 0;
const policies: SealingPolicy[] = [
  () => false,
  () => true,
  some,
  unknownPolicy,
  stripePolicy('charge.succeeded'),
  domainEventPolicy('order.placed'),
  trackedPolicy('segment'),
];

describe('sealing', () => {
  it('is undone byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(space, jsonText, space), fc.constantFrom(...policies), async (parts, policy) => {
        const text = parts.join('');
        const sealed = seal(text, policy);
        expect(await vault.unseal(sealed.body, sealed.key?.id)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives valid JSON in which nothing looks like an address', () => {
    fc.assert(
      fc.property(jsonText, fc.constantFrom(...policies), (text, policy) => {
        const sealed = seal(text, policy);
        for (const said of textsIn(JSON.parse(sealed.body))) expect(said).not.toMatch(/[^\s@]@[^\s@]+\.[^\s@]/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves nothing readable once the key is gone', async () => {
    await fc.assert(
      fc.asyncProperty(jsonText, async (text) => {
        const sealed = vault.seal(text, () => true);
        const erased: unknown = JSON.parse(await vault.unseal(sealed.body, sealed.key?.id));
        const leaves = (value: unknown): unknown[] =>
          value !== null && typeof value === 'object'
            ? Object.values(value).flatMap(leaves)
            : typeof value === 'string' || typeof value === 'number'
              ? [value]
              : [];
        expect(leaves(erased).every((leaf) => leaf === '[erased]')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the content that is compared', () => {
  const anything = fc.anything({
    maxDepth: 4,
    withNullPrototype: true,
    values: [
      anyText(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.constant(-0),
      fc.integer(),
    ],
  });

  it('is the canonical JSON of the value', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.jsonValue()), (value) => canonicalContent(value) === canonicalJson(value)),
      { numRuns: 3_000 },
    );
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`${(i * 7919) % 200}${i % 3 ? '' : 'ä'}`, i]),
    );
    expect(canonicalContent(many)).toBe(canonicalJson(many));
    expect(canonicalContent(JSON.parse('{"b":1e400,"__proto__":{"z":1},"a":"\\ud800"}'))).toBe(
      canonicalJson(JSON.parse('{"b":1e400,"__proto__":{"z":1},"a":"\\ud800"}')),
    );
  });

  it('has the HMAC that anybody with the key can check', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(vault.contentMac(value)).toEqual(createHmac('sha256', macKey).update(canonicalJson(value)).digest());
      }),
    );
  });

  it('does not depend on the order of members or on white space', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(vault.contentMac(JSON.parse(JSON.stringify(reversed, null, 3)))).toEqual(vault.contentMac(object));
      }),
    );
  });
});

const fixtures = process.env['TRUTH_LEDGER_FIXTURES'] ?? '../shared/fixtures';
const files = existsSync(fixtures)
  ? readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
  : [];

describe(`real payloads (${files.length} files)`, () => {
  it('hold no address once they are sealed, and come back as they were', async () => {
    for (const file of files) {
      const text = readFileSync(path.join(fixtures, file), 'utf8');
      const policy = file.startsWith('stripe')
        ? stripePolicy('charge.succeeded')
        : file.startsWith('analytics')
          ? trackedPolicy('posthog')
          : unknownPolicy;
      const sealed = seal(text, policy);
      expect(sealed.body).not.toMatch(/[\w.+-]+(?:@|%40|\\u0040)[\w-]+\.[a-z]{2,}/i);
      expect(await vault.unseal(sealed.body, sealed.key?.id)).toBe(text);
    }
  });
});

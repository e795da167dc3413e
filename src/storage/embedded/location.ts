import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../../kernel/errors.js';

/** The OS user the server runs as, where that is not ourselves. */
export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

/** The folders of one embedded server. */
export interface Place {
  user: ServerUser | undefined;
  /** Holds everything below; `DATA_DIR`, or a folder of the system where the server's user cannot reach that. */
  root: string;
  data: string;
  sockets: string;
}

const DATA = 'pg18'; // data files of one major version cannot be opened by another
const NOTE = 'embedded-postgresql-is-at.txt';
const SOCKET_PATH_MAX = process.platform === 'darwin' ? 103 : 107; // bytes, a limit of the kernel
export const SOCKET_NAME = '.s.PGSQL.5432';

/** Finds and makes the folders. PostgreSQL refuses to run as root: then another user runs it, who must be able to walk down to its files. */
export function placeFor(dataDir: string, log: (line: string) => void): Place {
  const wanted = path.resolve(dataDir);
  const asRoot = process.getuid?.() === 0;
  const user = asRoot ? serverUser(path.join(wanted, DATA)) : undefined;
  const root = user && !canEnter(path.dirname(wanted), user) ? elsewhere(wanted, user, log) : wanted;
  refuseLeftByRoot(wanted, asRoot);
  mkdirSync(root, { recursive: true, mode: 0o755 });
  if (user && !canEnter(root, user)) chmodSync(root, lstatSync(root).mode | 0o011);
  const sockets = socketFolder(root, user);
  makePrivate(sockets, user);
  const data = path.join(root, DATA);
  if (existsSync(data)) makePrivate(data, user); // refuses the data of somebody else
  return { user, root, data, sockets };
}

/** Makes a folder that only the server's user may enter (and root). */
export function makePrivate(folder: string, user: ServerUser | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  const wanted = user?.uid ?? process.getuid?.();
  if (!found.isDirectory()) throw new SetupError(`${folder} is not a folder; remove it or choose another DATA_DIR.`);
  if (user && found.uid === 0) chownSync(folder, user.uid, user.gid);
  else if (wanted !== undefined && found.uid !== wanted) {
    throw new SetupError(
      `${folder} belongs to the user with id ${found.uid}; start as that user or as root, or choose another DATA_DIR.`,
    );
  }
  chmodSync(folder, 0o700);
}

/** Gives a file that we made to the server's user. */
export function chownPrivate(file: string, user: ServerUser | undefined): void {
  if (user) chownSync(file, user.uid, user.gid);
}

/** Whether the user may walk down to the folder: the execute bits of every ancestor that exists. */
export function canEnter(folder: string, user: ServerUser): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = existsSync(at) ? statSync(realpathSync(at)) : undefined;
    if (found) {
      const bit = found.uid === user.uid ? 0o100 : found.gid === user.gid ? 0o010 : 0o001;
      if ((found.mode & bit) === 0) return false;
    }
    if (path.dirname(at) === at) return true;
  }
}

function serverUser(data: string): ServerUser {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: Number(uid), gid: Number(gid) }))
    .filter((user) => user.uid > 0);
  const before = existsSync(data) ? users.find((user) => user.uid === statSync(data).uid) : undefined;
  const named = ['postgres', 'nobody'].map((name) => users.find((user) => user.name === name));
  const found = before ?? named[0] ?? named[1] ?? users[0];
  if (found) return found;
  throw new SetupError(
    'PostgreSQL refuses to run as root and this system has no other user; set DATABASE_URL to a PostgreSQL 14 or later.',
  );
}

function elsewhere(wanted: string, user: ServerUser, log: (line: string) => void): string {
  const id = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const base = ['/var/lib', '/var/tmp', os.tmpdir()].find((folder) => existsSync(folder) && canEnter(folder, user));
  if (!base)
    throw new SetupError(
      `No folder was found that the user ${user.name} can enter; set DATA_DIR to one, or set DATABASE_URL.`,
    );
  const parent = path.join(base, 'truth-ledger');
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  const found = lstatSync(parent);
  if (!found.isDirectory() || found.uid !== 0)
    throw new SetupError(`${parent} does not belong to root; remove it or choose another DATA_DIR.`);
  const root = path.join(parent, id);
  mkdirSync(wanted, { recursive: true });
  writeFileSync(path.join(wanted, NOTE), `${root}\n`);
  log(`The user ${user.name}, who runs PostgreSQL, cannot enter ${wanted}: its files are in ${root}.`);
  return root;
}

// Without this a data folder used by root first would look empty to its real user, and a second ledger would begin.
function refuseLeftByRoot(wanted: string, asRoot: boolean): void {
  const note = path.join(wanted, NOTE);
  if (asRoot || !existsSync(note)) return;
  throw new SetupError(
    `The database of ${wanted} is in ${readFileSync(note, 'utf8').trim()}, because root started it; start as root, or choose another DATA_DIR.`,
  );
}

function socketFolder(root: string, user: ServerUser | undefined): string {
  const folder = path.join(root, 's');
  if (Buffer.byteLength(path.join(folder, `${SOCKET_NAME}.lock`)) <= SOCKET_PATH_MAX) return folder;
  const id = createHash('sha256').update(root).digest('hex').slice(0, 12);
  return path.join(os.tmpdir(), `tl-${user?.uid ?? process.getuid?.() ?? 0}-${id}`);
}

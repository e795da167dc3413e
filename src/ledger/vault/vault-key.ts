import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { SetupError } from '../../kernel/errors.js';
import { KEY_BYTES } from './keys.js';

const FILE = 'vault.key';

/** Where the vault key comes from: the setting, else a file under the data folder. */
export interface VaultKeySettings {
  /** VAULT_KEY: 32 bytes as 64 hexadecimal digits or as base64. */
  vaultKey?: string;
  dataDir: string;
}

/**
 * The key that wraps all others, 32 bytes. Without the setting it is read from `vault.key` under the data folder, and made there
 * (mode 600) only where `hasSecrets` is false: a new key would not open what an older one wrapped. Throws SetupError.
 * Call it while holding a lock of the database, so that two starters do not both make one.
 */
export async function loadVaultKey({ vaultKey, dataDir }: VaultKeySettings, hasSecrets: boolean): Promise<Buffer> {
  if (vaultKey !== undefined) return parsed(vaultKey, 'VAULT_KEY');
  const file = path.join(dataDir, FILE);
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new SetupError(`The vault key in ${file} could not be read (${error.code ?? error.message}).`);
  });
  if (kept !== undefined) return parsed(kept, file);
  if (hasSecrets) {
    throw new SetupError(
      `The vault key is missing: ${file} is gone and VAULT_KEY is not set, but this database has sealed data. Bring the file back, or set VAULT_KEY to its content.`,
    );
  }
  return generate(file);
}

function parsed(text: string, where: string): Buffer {
  const trimmed = text.trim();
  const isHex = /^[0-9a-f]{64}$/i.test(trimmed);
  const bytes = Buffer.from(trimmed, isHex ? 'hex' : 'base64');
  if (bytes.length === KEY_BYTES && (isHex || /^[\w+/-]{43}=?$/.test(trimmed))) return bytes;
  throw new SetupError(`${where} must hold ${KEY_BYTES} bytes as 64 hexadecimal digits or as base64.`);
}

/** Written beside its place, made durable, then moved: a crash leaves the whole key or none. */
async function generate(file: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  const beside = `${file}.${process.pid}`;
  await mkdir(path.dirname(file), { recursive: true });
  await rm(beside, { force: true });
  const handle = await open(beside, 'wx', 0o600);
  try {
    await handle.writeFile(`${key.toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
  await syncFolder(path.dirname(file));
  return key;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined); // not possible on Windows, and not needed there
  try {
    await handle?.sync();
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  } finally {
    await handle?.close();
  }
}

import { createHash, sign } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { packFiles } from '../../src/close/pack/pack-files.js';
import type { PackSource } from '../../src/close/pack/pack-facts.js';
import { signingKey } from './memory-ledger.js';

export interface PackFinding {
  verdict: 'integrity' | 'completeness' | 'container';
  check: string;
  file?: string;
  detail: string;
  position?: number;
}
export interface PackVerdict {
  ok: boolean;
  count: number;
  findings: PackFinding[];
}
export interface PackReport {
  ok: boolean;
  integrity: PackVerdict;
  completeness: PackVerdict;
  container: PackVerdict & { is: 'signed' | 'unsigned' | 'folder' | 'unknown' };
  [fact: string]: unknown;
}
interface Verifier {
  openPack(location: string): Promise<Parameters<Verifier['verifyPack']>[0] & { close(): Promise<void> }>;
  verifyPack(
    pack: { names: string[]; read: (name: string) => AsyncIterable<Buffer> },
    options?: { key?: string; witness?: string },
  ): Promise<PackReport>;
}

export const VERIFIER = path.resolve(import.meta.dirname, '../../scripts/verify-pack.mjs');
const { openPack, verifyPack } = (await import(pathToFileURL(VERIFIER).href)) as Verifier;

export type Files = Map<string, Buffer>;

export async function filesOf(source: PackSource): Promise<Files> {
  const files: Files = new Map();
  for await (const { name, chunks } of packFiles(source)) {
    const parts: Buffer[] = [];
    for await (const chunk of chunks) parts.push(Buffer.from(chunk as string));
    files.set(name, Buffer.concat(parts));
  }
  return files;
}

export const verified = (files: Files, options: { key?: string; witness?: string } = {}): Promise<PackReport> =>
  verifyPack(
    {
      names: [...files.keys()],
      async *read(name) {
        await Promise.resolve();
        yield files.get(name)!;
      },
    },
    options,
  );

/** What the verifier says of a zip or a folder. */
export async function openedPack(location: string): Promise<PackReport> {
  const pack = await openPack(location);
  try {
    return await verifyPack(pack);
  } finally {
    await pack.close();
  }
}

/** Lists the files as they are now, and signs that: what only somebody with the signing key can do. */
export function signedAnew(files: Files): void {
  const manifest = JSON.parse(files.get('manifest.json')!.toString()) as { files: object[] };
  manifest.files = [...files]
    .filter(([name]) => !name.startsWith('manifest.'))
    .map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }));
  const text = Buffer.from(JSON.stringify(manifest));
  files.set('manifest.json', text);
  files.set('manifest.sig', Buffer.from(`${sign(null, text, signingKey).toString('base64')}\n`));
}

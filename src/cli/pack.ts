import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Service } from '../service-types.js';
import { print, withService, type AddCommand } from './context.js';
import { versionOf } from './export.js';
import { writeFileWhole } from './write-file.js';

interface Options {
  out: string;
  closeVersion?: number;
  withhold?: boolean;
  json?: boolean;
}

export const addPack: AddCommand = (program, context) => {
  program
    .command('pack')
    .summary('Write what an auditor takes away of a period.')
    .description(
      'Write the pack of a period: numbers, journal, ledger entries and their proofs, signed, with a verifier that needs nothing else (node verify-pack.mjs PACK).',
    )
    .argument('<period>', 'such as 2026-10')
    .requiredOption('--out <file>', 'the zip to write; a folder, or a name that ends in /, gets the files themselves')
    .option('--close-version <number>', 'which close of it, where it was closed more than once', versionOf)
    .option('--withhold', 'of what was received, only the hashes: contents stay here, and are proven all the same')
    .option('--json', 'print JSON')
    .action(async (period: string, options: Options) => {
      const written = await withService(context, (service) => write(service, period, options));
      if (written) return print(context, options.json, written, () => [`${written.file}: ${written.bytes} bytes.`]);
      context.err(`${period} was never closed in this version.`);
      context.exitCode = 1;
    });
};

async function write({ files }: Service, period: string, { out, closeVersion, withhold }: Options) {
  const query = { version: closeVersion, bodies: withhold ? ('withheld' as const) : ('sealed' as const) };
  const isFolder = out.endsWith('/') || (existsSync(out) && statSync(out).isDirectory());
  if (!isFolder) {
    const zip = await files.pack(period, query);
    return zip && writeFileWhole(out, zip.chunks);
  }
  const all = await files.packFiles(period, query);
  if (!all) return undefined;
  let bytes = 0;
  for await (const { name, chunks } of all) bytes += (await writeFileWhole(path.join(out, name), chunks)).bytes;
  return { file: out, bytes };
}

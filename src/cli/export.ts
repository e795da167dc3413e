import { InvalidArgumentError } from 'commander';
import { exportFormats } from '../close/exports/index.js';
import { print, withService, type AddCommand } from './context.js';
import { writeFileWhole } from './write-file.js';

const NAMES = exportFormats.map(({ name }) => name);

/** A close of a period that was closed more than once: a whole number from 1. */
export const versionOf = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
};

const formatOf = (text: string): string => {
  if (!NAMES.includes(text)) throw new InvalidArgumentError(`It must be one of ${NAMES.join(', ')}.`);
  return text;
};

interface Options {
  format: string;
  out: string;
  currency?: string;
  taxRate?: string;
  subsidiary?: string;
  closeVersion?: number;
  json?: boolean;
}

export const addExport: AddCommand = (program, context) => {
  program
    .command('export')
    .summary("Write a period's journal for another program.")
    .description(
      `Write the journal of a period for another program: ${exportFormats.map(({ name, meaning }) => `${name} (${meaning})`).join('; ')}.`,
    )
    .argument('<period>', 'such as 2026-10')
    .requiredOption('--format <format>', `one of ${NAMES.join(', ')}`, formatOf)
    .requiredOption('--out <file>', 'the file to write; one that is there is replaced when the new one is whole')
    .option('--currency <currency>', 'only the lines of this currency')
    .option('--tax-rate <name>', "of Xero: the organisation's tax rate that means no tax")
    .option('--subsidiary <name>', 'of NetSuite OneWorld: the subsidiary whose journal it is')
    .option('--close-version <number>', 'which close of it, where it was closed more than once', versionOf)
    .option('--json', 'print JSON')
    .action(async (period: string, { format, out, closeVersion, json, ...of }: Options) => {
      const written = await withService(context, async ({ files }) => {
        const file = await files.journal(period, { ...of, format, version: closeVersion });
        return file && { ...(await writeFileWhole(out, file.chunks)), format };
      });
      if (written) return print(context, json, written, () => [`${written.file}: ${written.bytes} bytes.`]);
      context.err(`${period} was never closed in this version.`);
      context.exitCode = 1;
    });
};

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { Problem, SetupError } from '../kernel/errors.js';
import type { CliContext } from './context.js';
import { addBackfill } from './backfill.js';
import { addClose } from './close.js';
import { addContract } from './contract.js';
import { addDemo } from './demo.js';
import { addErase } from './erase.js';
import { addExport } from './export.js';
import { addImport } from './import.js';
import { addKeys } from './keys.js';
import { addLedger } from './ledger.js';
import { addPack } from './pack.js';
import { addRebuild } from './rebuild.js';
import { addReconcile } from './reconcile.js';
import { addReplay } from './replay.js';
import { addReport } from './report.js';
import { addServe } from './serve.js';
import { addTieOut } from './tie-out.js';
import { addTrace } from './trace.js';
import { addVerify } from './verify.js';

const PACKAGE = new URL('../../package.json', import.meta.url);
const { version: VERSION } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };

/** The whole command line. */
export function createProgram(context: CliContext): Command {
  const program = new Command('truth-ledger')
    .description('Signed webhooks and domain events in, true numbers and their gap to analytics out.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showHelpAfterError('Add --help to see what it takes.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 findings or a failure, 2 a mistake in the call or the settings.\nSettings come from the environment: HOST, PORT, DATA_DIR, …',
    );
  for (const add of [
    addServe,
    addDemo,
    addReconcile,
    addReport,
    addContract,
    addBackfill,
    addClose,
    addExport,
    addPack,
    addImport,
    addRebuild,
    addVerify,
    addTrace,
    addReplay,
    addErase,
    addTieOut,
    addKeys,
    addLedger,
  ])
    add(program, context);
  return everywhere(program, (command) =>
    command.exitOverride().configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    }),
  );
}

/** Runs one call and resolves with its exit code. Mistakes are one sentence each, without a stack. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    context.err(error instanceof Error ? error.message : String(error));
    if (error instanceof SetupError) return 2;
    if (!(error instanceof Problem) && context.env['LOG_LEVEL'] === 'debug' && error instanceof Error)
      context.err(error.stack ?? '');
    return 1;
  }
}

function everywhere(command: Command, change: (command: Command) => unknown): Command {
  change(command);
  for (const child of command.commands) everywhere(child, change);
  return command;
}

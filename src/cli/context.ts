import 'reflect-metadata';
import { userInfo } from 'node:os';
import { randomUUID } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import cliProgress from 'cli-progress';
import type { Command } from 'commander';
import { operatorProviders, Operator, type Asker } from '../app/commands/operator.js';
import { createLog, NestLog } from '../app/log.js';
import type { OpenService } from '../app/serve.js';
import { LOG, SERVICE } from '../app/tokens.js';
import { readConfig } from '../config.js';
import type { Clock } from '../kernel/clock.js';
import { backends } from '../ledger/backends/index.js';
import type { OnProgress, Role, Service } from '../service-types.js';

/** What a command has around it; tests bring their own. */
export interface CliContext {
  env: Readonly<Record<string, string | undefined>>;
  open: OpenService;
  clock: Clock;
  /** A line to standard output: results and nothing else. */
  out: (line: string) => void;
  /** A line to standard error: progress and mistakes. */
  err: (line: string) => void;
  /** Serves until a signal: these roles, or everything with a process in the background. */
  serve: (roles: readonly Role[] | undefined) => Promise<void>;
  /** Runs a script of this package with arguments; its exit code. */
  script: (name: string, args: readonly string[]) => Promise<number>;
  /** What the process ends with: 0 done, 1 findings or a failure, 2 a mistake in the call or the settings. */
  exitCode: number;
}

/** One file of `cli/` adds one command. */
export type AddCommand = (program: Command, context: CliContext) => void;

/** Opens the service beside a running one (or alone), without starting its work unless `roles` says so, and closes it whatever happens. */
export async function withService<T>(
  context: CliContext,
  use: (service: Service) => Promise<T>,
  options: { changeZone?: boolean; roles?: Role[] } = {},
): Promise<T> {
  const config = readConfig(context.env, Object.keys(backends));
  const service = await context.open(config, context.clock, {
    roles: [],
    ...options,
    attach: true,
    log: cliLog(context),
  });
  try {
    if (options.roles) {
      await service.start();
      await service.projections.whenCurrent(); // a command has nothing to do meanwhile
    }
    return await use(service);
  } finally {
    await service.stop();
  }
}

/** The operator commands, as REST has them: same handlers, same audit line (on standard error). */
export async function withOperator<T>(
  context: CliContext,
  use: (operator: Operator, service: Service, asker: Asker) => Promise<T>,
  options: { changeZone?: boolean; roles?: Role[] } = {},
): Promise<T> {
  return withService(
    context,
    async (service) => {
      const log = cliLog(context);
      const nest = await NestFactory.createApplicationContext(operatorModule(service, context), {
        logger: new NestLog(log),
        abortOnError: false,
      });
      try {
        const name = userName();
        return await use(nest.get(Operator), service, { actor: `cli:${name}`, correlationId: randomUUID(), name });
      } finally {
        await nest.close();
      }
    },
    options,
  );
}

/** In a container the user often has a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

@Module({})
class OperatorModule {}

const operatorModule = (service: Service, context: CliContext): DynamicModule => ({
  module: OperatorModule,
  imports: [CqrsModule.forRoot({ rethrowUnhandled: true })],
  providers: [
    { provide: SERVICE, useValue: service },
    { provide: LOG, useValue: createLog('info', { write: (line) => context.err(line.trimEnd()) }) },
    ...operatorProviders,
  ],
});

// Standard output belongs to the result, so warnings go beside it.
const cliLog = (context: CliContext) => createLog('warn', { write: (line: string) => context.err(line.trimEnd()) });

/** `--json`: one JSON document; else lines for people. */
export function print(
  context: CliContext,
  json: boolean | undefined,
  value: unknown,
  lines: () => readonly string[],
): void {
  if (json) context.out(JSON.stringify(value, null, 2));
  else for (const line of lines()) context.out(line);
}

/** A bar on standard error when a person looks, else nothing. */
export function progressBar(label: string): { onProgress: OnProgress; stop: () => void } {
  if (!process.stderr.isTTY) return { onProgress: () => undefined, stop: () => undefined };
  const bar = new cliProgress.SingleBar(
    { format: `${label} {bar} {value}/{total}`, stream: process.stderr },
    cliProgress.Presets.shades_classic,
  );
  bar.start(1, 0);
  return {
    onProgress: (done, total) => {
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

/** Rows under their headings, as wide as their widest cell. */
export function table(rows: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): string[] {
  const cells = [columns, ...rows.map((row) => columns.map((column) => text(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]!.length)));
  return cells.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join('  ')
      .trimEnd(),
  );
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

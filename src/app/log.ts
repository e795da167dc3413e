import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config.js';

/** Logs are JSON lines. Requests are logged by route pattern: no body, no query, no header ever goes in. */
export function createLog(level: Config['logLevel'], destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // What a careless line might carry; `censor` takes the whole value.
    redact: {
      paths: [
        'authorization',
        'body',
        'cookie',
        'headers',
        'req',
        'res',
        '*.authorization',
        '*.body',
        '*.headers',
        '*.token',
        'err.config',
        'err.parameters',
      ],
      censor: '[redacted]',
    },
    serializers: { err: plainError },
  };
  // At once, and not by way of a buffer: a process that is killed has told everything, and one whose output nobody reads any more can end,
  // which flushing the buffer would try to do for ever.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}

const EMAIL = /[^\s"'(<=:]+@[^\s"')>,]+/g;

/** Kind, sentence and frames of an error. Its other members (SQL parameters, the row in `detail`) and what PostgreSQL quotes may hold personal data. */
function plainError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: typeof error };
  const { code, severity, table, constraint } = error as {
    code?: unknown;
    severity?: unknown;
    table?: unknown;
    constraint?: unknown;
  };
  const sentence = severity === undefined ? error.message : error.message.replace(/"[^"]*"/g, '"…"');
  const frames = error.stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
  return {
    type: error.name,
    message: sentence.replace(EMAIL, '[redacted]'),
    code,
    table,
    constraint,
    stack: frames,
    cause: error.cause === undefined ? undefined : plainError(error.cause),
  };
}

/** Lets Nest write into the same stream. Its start-up chatter is debug. */
export class NestLog implements LoggerService {
  constructor(private readonly out: Logger) {}

  log = (message: unknown, ...rest: unknown[]): void => this.write('debug', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.write('trace', message, rest);

  private write(level: 'error' | 'warn' | 'debug' | 'trace', message: unknown, rest: readonly unknown[]): void {
    const context = rest.findLast((part) => typeof part === 'string');
    if (message instanceof Error) this.out[level]({ context, err: message }, message.message);
    else this.out[level]({ context }, String(message));
  }
}

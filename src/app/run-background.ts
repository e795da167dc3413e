import os from 'node:os';
import { readConfig } from '../config.js';
import type { Clock } from '../kernel/clock.js';
import { backends } from '../ledger/backends/index.js';
import type { Role, Service } from '../service-types.js';
import { type Answered, type Asked, type Question, STARTED } from './background.js';
import { Life, readiness } from './health.js';
import { createLog } from './log.js';
import type { OpenService } from './serve.js';
import { FigurePage } from './telemetry.js';

export const BACKGROUND_ROLES: readonly Role[] = ['projector', 'worker'];
const PRIORITY = 5; // numbers may be late, an acknowledgement may not

/**
 * The life of the process that `background` starts: it works beside the one that serves, answers its questions, and ends with it.
 * A signal to the whole group, such as Ctrl-C, is for the other one, which then says what to do.
 */
export async function runBackground(open: OpenService, clock: Clock): Promise<void> {
  const log = createLog(readConfig(process.env, Object.keys(backends)).logLevel);
  const die = (error: unknown, sentence: string): never => {
    log.fatal({ err: error }, sentence);
    process.exit(1);
  };
  process.on('SIGTERM', () => undefined).on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(1)); // the one that serves is gone: what is not committed is done again
  if (!process.connected) process.exit(1); // it went while this one loaded, when nobody listened for it yet
  process.on('unhandledRejection', (error) => die(error, 'background: a promise failed and nobody cared'));
  process.on('uncaughtException', (error) => die(error, 'background: an exception that nobody expected'));
  try {
    os.setPriority(PRIORITY);
    const config = readConfig(process.env, Object.keys(backends));
    const service = await open(config, clock, { roles: BACKGROUND_ROLES, log, attach: 'only', beside: true });
    answerQuestions(service, new FigurePage(service, clock, log, 'background_'), clock);
    await service.start();
    process.send?.({ id: STARTED } satisfies Answered);
  } catch (error) {
    die(error, 'background: it could not start');
  }
}

function answerQuestions(service: Service, page: FigurePage, clock: Clock): void {
  const life = new Life();
  const answers: Record<Question, () => Promise<unknown>> = {
    readiness: async () => (await readiness(service, life, clock())).body,
    figures: () => page.scrape({ business: false }), // it is not the api
    stop: () => service.stop(),
  };
  process.on('message', ({ id, ask }: Asked) => {
    answers[ask]().then(
      (answer) => reply({ id, answer }, ask === 'stop'),
      () => reply({ id, failed: true }, ask === 'stop'),
    );
  });
}

const reply = (answered: Answered, last: boolean): void => {
  process.send?.(answered, () => last && process.exit(0));
};

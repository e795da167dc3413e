import { fork, type ChildProcess } from 'node:child_process';
import type { Logger } from 'pino';
import { STOP_WITHIN } from './stop-within.js';
import { withTimeout } from './telemetry.js';

const ANSWER_MS = 2_500;
const AGAIN_MS = { first: 200, most: 10_000 };
// Keeps other threads out of the way of acknowledgements; a rebuild would need half as much memory again with it.
const DOORS_ONLY = '--single-threaded-gc';
const STEADY_MS = 60_000; // one that lived so long did not fail at start

/** The id of what it says unasked: that it works. */
export const STARTED = 0;
/** What one asks the other. */
export type Question = 'readiness' | 'figures' | 'stop';
export interface Asked {
  id: number;
  ask: Question;
}
export interface Answered {
  id: number;
  answer?: unknown;
  failed?: true;
}

/** Projector, seal and jobs in a process of their own, so that none of their work, nor the garbage of it, stands before an acknowledgement. */
export interface Background {
  /** Resolves when it works for the first time, or has failed to: it is not waited for any longer. */
  start(): Promise<void>;
  /** Undefined while it is started (again). */
  pid(): number | undefined;
  /** What its own `readiness` says. Throws when it does not answer. */
  readiness(): Promise<Record<string, unknown>>;
  /** Its figures in Prometheus' format. Throws when it does not answer. */
  figures(): Promise<string>;
  /** Graceful. Resolves when the process has ended. */
  stop(): Promise<void>;
}

/** The script as the background of this process: once started, it is started again whenever it ends, until `stop`. It ends by itself when this process does. */
export function background(script: URL, log: Logger, env: NodeJS.ProcessEnv = process.env): Background {
  const keeper = new Keeper(script, log, env);
  return {
    start: () => {
      keeper.start();
      return keeper.tried;
    },
    pid: () => keeper.child?.pid,
    readiness: () => keeper.ask('readiness') as Promise<Record<string, unknown>>,
    figures: () => keeper.ask('figures') as Promise<string>,
    stop: () => keeper.stop(),
  };
}

class Keeper {
  child: ChildProcess | undefined;
  private readonly waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  private asked = 0;
  private stopping = false;
  private again: NodeJS.Timeout | undefined;
  private wait = AGAIN_MS.first;
  private ended: Promise<void> = Promise.resolve();
  private hasTried: () => void = () => undefined;
  readonly tried = new Promise<void>((resolve) => (this.hasTried = resolve));

  constructor(
    private readonly script: URL,
    private readonly log: Logger,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  start(): void {
    const since = performance.now();
    const child = fork(this.script, {
      env: this.env,
      execArgv: process.execArgv.filter((flag) => flag !== DOORS_ONLY),
    });
    this.child = child;
    child.on('message', (message) => this.answered(message as Answered));
    child.on('error', (error) => this.log.error({ err: error }, 'the background process could not be started'));
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.gone();
        this.hasTried();
        resolve();
        if (this.stopping) return;
        if (performance.now() - since > STEADY_MS) this.wait = AGAIN_MS.first;
        this.log.error(
          { code, signal, again_in_ms: this.wait },
          'the background process has ended; it is started again',
        );
        this.again = setTimeout(() => this.start(), this.wait);
        this.wait = Math.min(this.wait * 2, AGAIN_MS.most);
      });
    });
  }

  ask(question: Question, ms = ANSWER_MS): Promise<unknown> {
    const { child } = this;
    if (!child?.connected) return Promise.reject(new Error('the background process is not there'));
    const id = ++this.asked;
    const answer = new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      child.send({ id, ask: question } satisfies Asked, (error) => error && reject(error));
    });
    return withTimeout(answer, ms).finally(() => this.waiting.delete(id));
  }

  /** One that does not end in time is killed: what it did not finish is done by the next one. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.again);
    if (!this.child) return;
    const { child } = this;
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN.background);
    await this.ask('stop', STOP_WITHIN.background).catch(() => child.kill('SIGKILL'));
    await this.ended;
    clearTimeout(late);
  }

  private answered({ id, answer, failed }: Answered): void {
    if (id === STARTED) this.hasTried();
    const asker = this.waiting.get(id);
    if (failed) asker?.reject(new Error('the background process could not tell'));
    else asker?.resolve(answer);
  }

  private gone(): void {
    this.child = undefined;
    for (const { reject } of this.waiting.values()) reject(new Error('the background process has ended'));
  }
}

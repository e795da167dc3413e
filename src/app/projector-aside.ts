import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { freeLease } from '../projections/lease.js';
import type { Service } from '../service-types.js';
import type { OpenService } from './serve.js';

/** What the thread tells: that it has started, and every second how it is. */
export type FromThread = { started: true } | { running: boolean; failed?: string };
/** What it is told. */
export const STOP = 'stop';

const RESTART_MS = 1_000;

/**
 * Opens the service with its projector and its seal in a thread of their own: a fold of some thousand entries would hold up every
 * acknowledgement, and the garbage of the one would be collected in the time of the other. Everything else stays in this thread.
 */
export function withProjectorAside(open: OpenService): OpenService {
  return async (config, clock, options = {}) => {
    const { roles = [], log } = options;
    if (!roles.includes('projector')) return open(config, clock, options);
    const service = await open(config, clock, { ...options, roles: roles.filter((role) => role !== 'projector') });
    const thread = new ProjectorThread(config, service, log);
    return {
      ...service,
      projections: {
        ...service.projections,
        state: async (now) => ({ ...(await service.projections.state(now)), ...thread.told }),
      },
      async start() {
        await thread.start();
        await service.start();
      },
      async stop() {
        await thread.stop();
        await service.stop();
      },
    };
  };
}

class ProjectorThread {
  told: { running: boolean; failed?: string } = { running: false };
  private worker: Worker | undefined;
  private ended: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    private readonly config: Config,
    private readonly service: Service,
    private readonly log: Logger | undefined,
  ) {}

  /** Resolves when the projector follows the feed; rejects with what kept it from that. */
  async start(): Promise<void> {
    const { server, pool } = this.service.database;
    // Only one process owns an embedded server, so to its owner a lease in it is that of a thread or a process that is gone.
    if (server?.owner) await freeLease(pool);
    if (this.stopping.signal.aborted) return;
    const worker = new Worker(new URL('./projector-thread.js', import.meta.url), { workerData: this.config });
    this.worker = worker;
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if ('started' in message) resolve();
        else this.told = message;
      });
      worker.on('error', (error: Error) => {
        this.log?.error({ err: error }, 'the thread of the projector failed');
        reject(error);
      });
      this.ended = new Promise((done) => worker.once('exit', () => done()));
      void this.ended.then(() => reject(new Error('the thread of the projector has ended')));
    });
    void this.ended.then(() => this.again());
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.worker?.postMessage(STOP);
    await this.ended;
  }

  private async again(): Promise<void> {
    this.told = { running: false, failed: 'the thread of the projector has ended; it is started again' };
    while (!this.stopping.signal.aborted) {
      await wait(RESTART_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      const started = await this.start().then(
        () => true,
        () => false,
      );
      if (started) return;
    }
  }
}

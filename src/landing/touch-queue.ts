/** An event as `POST /v1/events` takes it. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  time: string;
  data: object;
}

export interface QueueOptions {
  /** Address of the ledger's service. */
  url: string;
  /** An API key with the scope `events:write`. */
  key: string;
  /** Events that may wait; what comes then is dropped, because the first touch is the one that counts. Default: 1000. */
  waitingMax?: number;
  /** Of one request. Default: 2000 ms. */
  timeoutMs?: number;
  /** Of one event, the first included. Default: 11, which is about five minutes. */
  attempts?: number;
  /** The first pause before sending again; it doubles up to a minute. Default: 1000 ms. */
  retryMs?: number;
  /** Told of every event that is lost, and why. */
  onDropped?: (reason: DropReason, event: CloudEvent) => void;
  fetch?: typeof fetch;
}

export type DropReason = 'full' | 'refused' | 'out_of_attempts';

export interface QueueState {
  waiting: number;
  sent: number;
  dropped: number;
}

const BATCH_MAX = 100;
const PAUSE_MAX_MS = 60_000;
const TIMEOUT_MS = 2_000;
/** How much later than it should a run may go on before it is taken for dead. */
const LATE_MS = 1_000;

interface Waiting {
  event: CloudEvent;
  tries: number;
}

/** What became of each event of a batch, as an HTTP status; or when to try again. */
type Answer = { statuses: readonly number[] } | { statuses?: undefined; afterMs?: number };

/** Sends events in the background. Nobody waits for it, it never throws, and its timers keep no process alive. */
export class TouchQueue {
  private readonly waiting: Waiting[] = [];
  private running: Promise<void> | undefined;
  /** Number of the run that goes on; an earlier one that wakes after all does nothing more. */
  private generation = 0;
  /** When the run sends: now, or when its pause ends. */
  private sendsAt = 0;
  private wake: (() => void) | undefined;
  /** How many wait for `flush`. */
  private flushing = 0;
  private sent = 0;
  private dropped = 0;

  constructor(private readonly options: QueueOptions) {}

  /** Resolves when everything that waits was sent or given up; to be waited for only by a runtime that would end otherwise. */
  add(event: CloudEvent): Promise<void> {
    if (this.waiting.length >= (this.options.waitingMax ?? 1_000)) this.drop('full', event);
    else this.waiting.push({ event, tries: 0 });
    return this.keepRunning();
  }

  get state(): QueueState {
    return { waiting: this.waiting.length, sent: this.sent, dropped: this.dropped };
  }

  /** Sends what waits now, and again after pauses that do not grow; for a process that ends. What fails meanwhile counts as no attempt. Resolves after `withinMs` at the latest. */
  async flush(withinMs = 5_000): Promise<void> {
    this.flushing += 1;
    this.wake?.();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    if (this.running) await Promise.race([this.keepRunning(), late]);
    clearTimeout(timer);
    this.flushing -= 1;
  }

  /**
   * The run that goes on, or a new one. An edge host ends timers and requests of its own with the visitor's request in which they began;
   * nothing tells of it, so a run that should have gone on long ago is taken for ended.
   */
  private keepRunning(): Promise<void> {
    const { timeoutMs = TIMEOUT_MS } = this.options;
    if (Date.now() > this.sendsAt + timeoutMs + LATE_MS) this.running = undefined;
    return (this.running ??= this.run(++this.generation));
  }

  private async run(generation: number): Promise<void> {
    const isReplaced = (): boolean => generation !== this.generation;
    this.sendsAt = Date.now();
    await Promise.resolve(); // whoever added the first event goes on before anything is sent
    for (let failures = 0; this.waiting.length > 0;) {
      const batch = this.waiting.slice(0, BATCH_MAX);
      this.sendsAt = Date.now();
      const answer = await this.send(batch);
      if (isReplaced()) return this.running; // the other one sends the batch too, under its ids, and counts it
      if (answer.statuses) {
        this.settle(batch, answer.statuses);
        failures = 0;
        continue;
      }
      if (this.flushing === 0) this.giveUp(batch); // its short pauses would use up the attempts of minutes
      if (this.waiting.length === 0) break;
      const pause = answer.afterMs ?? this.backoff(failures++);
      await this.pause(this.flushing > 0 ? Math.min(pause, this.backoff(0)) : pause);
      if (isReplaced()) return this.running;
    }
    this.running = undefined; // in the turn in which nothing was left, so that nobody adds to a queue that has ended
  }

  private async send(batch: readonly Waiting[]): Promise<Answer> {
    const { url, key, timeoutMs = TIMEOUT_MS, fetch: request = fetch } = this.options;
    try {
      const answer = await request(new URL('/v1/events', url), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(batch.map(({ event }) => event)),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (answer.ok) return { statuses: statusesOf(batch, await answer.json().catch(() => undefined)) };
      if (answer.status < 500 && answer.status !== 408 && answer.status !== 429)
        return { statuses: batch.map(() => answer.status) };
      const seconds = Number(answer.headers.get('retry-after'));
      return seconds > 0 ? { afterMs: Math.min(seconds * 1_000, PAUSE_MAX_MS) } : {};
    } catch {
      return {};
    }
  }

  private settle(batch: readonly Waiting[], statuses: readonly number[]): void {
    this.waiting.splice(0, batch.length);
    batch.forEach(({ event }, index) => {
      if (statuses[index]! < 300) this.sent += 1;
      else this.drop('refused', event);
    });
  }

  private giveUp(batch: readonly Waiting[]): void {
    for (const each of batch) each.tries += 1;
    const { attempts = 11 } = this.options;
    for (const each of batch.filter(({ tries }) => tries >= attempts)) {
      this.waiting.splice(this.waiting.indexOf(each), 1);
      this.drop('out_of_attempts', each.event);
    }
  }

  private backoff(failures: number): number {
    return Math.min((this.options.retryMs ?? 1_000) * 2 ** failures, PAUSE_MAX_MS);
  }

  private async pause(ms: number): Promise<void> {
    this.sendsAt = Date.now() + ms;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms) as { unref?: () => void } & ReturnType<typeof setTimeout>;
      timer.unref?.(); // a browser-like runtime has numbers here
      this.wake = resolve; // waking one that has ended does nothing
    });
  }

  private drop(reason: DropReason, event: CloudEvent): void {
    this.dropped += 1;
    try {
      this.options.onDropped?.(reason, event);
    } catch {
      // It is only told; what it does with it must not stop the others.
    }
  }
}

/** A batch is answered event by event. */
function statusesOf(batch: readonly Waiting[], body: unknown): number[] {
  const results = (body as { results?: { status?: number }[] } | undefined)?.results ?? [];
  return batch.map((_event, index) => results[index]?.status ?? 202);
}

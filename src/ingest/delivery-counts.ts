import type { Clock } from '../kernel/clock.js';
import { type CompletenessStore, floorHour } from './completeness-store.js';
import type { DoorCount } from './outcome.js';

const FLUSH_MS = 10_000;

/** Counts genuine deliveries by provider and hour, and writes them every few seconds, so that silence can be told from quiet. */
export class DeliveryCounts {
  private counts = new Map<string, { provider: string; hour: Date; deliveries: number; lastAt: Date }>();
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Pick<CompletenessStore, 'count'>,
    private readonly clock: Clock,
  ) {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  seen({ door, origin, outcome, count }: DoorCount): void {
    if (door !== 'provider' || !['recorded', 'duplicate', 'conflict'].includes(outcome)) return;
    const lastAt = this.clock();
    const hour = floorHour(lastAt);
    const key = `${origin} ${hour.getTime()}`;
    const known = this.counts.get(key);
    this.counts.set(key, { provider: origin, hour, deliveries: (known?.deliveries ?? 0) + count, lastAt });
  }

  /** Writes what was counted. What cannot be written is kept for the next time. */
  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private async write(): Promise<void> {
    for (const [key, counted] of this.counts) {
      this.counts.delete(key);
      try {
        await this.store.count(counted.provider, counted.hour, counted.deliveries, counted.lastAt);
      } catch {
        const since = this.counts.get(key)?.deliveries ?? 0;
        this.counts.set(key, { ...counted, deliveries: counted.deliveries + since });
        return;
      }
    }
  }
}

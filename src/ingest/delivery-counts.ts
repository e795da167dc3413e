import type { Clock } from '../kernel/clock.js';
import { type CompletenessStore, floorHour } from './completeness-store.js';
import type { DoorCount } from './outcome.js';

const FLUSH_MS = 10_000;

interface Counted {
  provider: string;
  hour: Date;
  deliveries: number;
  lastAt: Date;
}

/** Counts genuine deliveries by provider and hour, and writes them every few seconds, so that silence can be told from quiet. */
export class DeliveryCounts {
  private counts = new Map<string, Counted>();
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
    this.add(key, { provider: origin, hour, deliveries: count, lastAt });
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

  /** Those that come meanwhile are for the next time: they would keep a flush going for as long as they come. */
  private async write(): Promise<void> {
    const counts = this.counts;
    this.counts = new Map();
    for (const [key, counted] of counts) {
      try {
        await this.store.count(counted.provider, counted.hour, counted.deliveries, counted.lastAt);
        counts.delete(key);
      } catch {
        break;
      }
    }
    for (const [key, counted] of counts) this.add(key, counted);
  }

  private add(key: string, { deliveries, lastAt, ...of }: Counted): void {
    const known = this.counts.get(key);
    const last = known && known.lastAt > lastAt ? known.lastAt : lastAt;
    this.counts.set(key, { ...of, deliveries: (known?.deliveries ?? 0) + deliveries, lastAt: last });
  }
}

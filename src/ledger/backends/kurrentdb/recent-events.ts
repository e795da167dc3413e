import type { StoredEvent } from './event-format.js';

const BYTES_MAX = 16 * 1024 * 1024;

/** The last entries that this process saw in the log, by their place: whoever follows the feed here need not read them a second time. */
export class RecentEvents {
  private readonly events = new Map<bigint, StoredEvent>();
  private bytes = 0;

  constructor(private readonly bytesMax = BYTES_MAX) {}

  add(commit: bigint, stored: StoredEvent): void {
    if (this.events.has(commit)) return;
    this.events.set(commit, stored);
    this.bytes += sizeOf(stored);
    for (const [oldest, { entry }] of this.events) {
      if (this.bytes <= this.bytesMax) return;
      this.events.delete(oldest);
      this.bytes -= sizeOf({ entry });
    }
  }

  /** Those at these places; undefined unless all are here. */
  at(commits: readonly bigint[]): Map<bigint, StoredEvent> | undefined {
    const found = new Map<bigint, StoredEvent>();
    for (const commit of commits) {
      const stored = this.events.get(commit);
      if (!stored) return undefined;
      found.set(commit, stored);
    }
    return found;
  }
}

const sizeOf = ({ entry }: Pick<StoredEvent, 'entry'>): number => entry.body.length + 1024;

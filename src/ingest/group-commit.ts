import { Problem } from '../kernel/errors.js';

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Many callers, one transaction: what arrives while a commit is in flight goes into the next one. A caller's promise resolves after the commit. */
export class GroupCommit<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private running = false;

  constructor(
    private readonly commit: (items: readonly Item[]) => Promise<Result[]>,
    private readonly limits: { waitingMax: number; groupMax: number; weight: (item: Item) => number },
  ) {}

  /** Throws Problem `unavailable` when too many wait already, and what the commit throws. */
  add(item: Item): Promise<Result> {
    if (this.waiting.length >= this.limits.waitingMax) {
      return Promise.reject(new Problem('unavailable', 'Too many requests wait for the store.', { retryAfterS: 1 }));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    await Promise.resolve(); // everything of this tick goes together
    while (this.waiting.length > 0) await this.commitGroup(this.nextGroup());
    this.running = false;
  }

  private nextGroup(): Waiting<Item, Result>[] {
    let weight = 0;
    let count = 0;
    while (count < this.waiting.length) {
      weight += this.limits.weight(this.waiting[count]!.item);
      if (count > 0 && weight > this.limits.groupMax) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async commitGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.commit(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      // One caller's data must not fail the others: each is tried alone, and only the culprit is told.
      if (group.length > 1 && error instanceof Problem && error.code !== 'unavailable') {
        for (const one of group) await this.commitGroup([one]);
        return;
      }
      group.forEach(({ reject }) => reject(error));
    }
  }
}

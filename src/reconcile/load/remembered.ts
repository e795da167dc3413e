/**
 * Answers by what was asked for, kept while it is asked for again: within one state an answer stays what it is. `ask` gives none for a key of
 * which nothing is known.
 */
export class Remembered<T> {
  private kept = new Map<string, T | undefined>();

  constructor(private readonly ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>) {}

  /** By each of these keys, and perhaps others that were asked for before. */
  async of(keys: readonly string[]): Promise<ReadonlyMap<string, T | undefined>> {
    const unknown = keys.filter((key) => !this.kept.has(key));
    const news = unknown.length > 0 ? await this.ask(unknown) : new Map<string, T>();
    for (const key of unknown) this.kept.set(key, news.get(key));
    if (this.kept.size > 2 * keys.length) this.kept = new Map(keys.map((key) => [key, this.kept.get(key)]));
    return this.kept;
  }

  /** Puts another answer in the place of the one that is kept. */
  put(key: string, answer: T): void {
    this.kept.set(key, answer);
  }
}

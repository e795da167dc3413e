/**
 * Answers by what was asked for, kept as long as it is asked for again: within one state an answer stays what it is. `ask` gives none
 * for a key of which nothing is known.
 */
export class Remembered<T> {
  private kept = new Map<string, T | undefined>();

  constructor(private readonly ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>) {}

  async of(keys: readonly string[]): Promise<ReadonlyMap<string, T | undefined>> {
    const unknown = keys.filter((key) => !this.kept.has(key));
    const news = unknown.length > 0 ? await this.ask(unknown) : new Map<string, T>();
    const kept = new Map<string, T | undefined>();
    for (const key of keys) kept.set(key, news.get(key) ?? this.kept.get(key));
    this.kept = kept;
    return kept;
  }
}

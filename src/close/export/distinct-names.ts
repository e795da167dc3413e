/** Names that a format can write, one for each key: where two keys would share a name, the later one gets a number. */
export class DistinctNames {
  private readonly names = new Map<string, string>();
  private readonly taken = new Set<string>();

  constructor(private readonly nameOf: (key: string) => string) {}

  /** The key's name, and whether it is the first time that it is asked for. */
  of(key: string): { name: string; isNew: boolean } {
    const known = this.names.get(key);
    if (known !== undefined) return { name: known, isNew: false };
    const wanted = this.nameOf(key);
    let name = wanted;
    for (let number = 2; this.taken.has(name); number += 1) name = `${wanted}-${number}`;
    this.taken.add(name);
    this.names.set(key, name);
    return { name, isNew: true };
  }
}

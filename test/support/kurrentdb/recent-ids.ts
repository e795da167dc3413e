// The leader's memory of what it wrote lately. Of a known id the first writer counts: the same id in a second stream is not remembered.

export interface RecentIds {
  add(written: { id: string; stream: string; revision: bigint }): void;
  /** The revision under which this stream got this id, if the memory still holds it. */
  revisionOf(stream: string, id: string): bigint | undefined;
  forget(): void;
}

const MAX_BYTES = 8 * 2 ** 20;

export function createRecentIds(maxBytes = MAX_BYTES): RecentIds {
  const known = new Map<string, { stream: string; revision: bigint }>();
  let bytes = 0;
  // An id, two numbers and a name of two bytes a letter.
  const sizeOf = (stream: string): number => 28 + 2 * stream.length;
  return {
    add: ({ id, stream, revision }) => {
      if (known.has(id)) return;
      known.set(id, { stream, revision });
      bytes += sizeOf(stream);
      for (const [oldest, { stream: of }] of known) {
        if (bytes <= maxBytes) break;
        known.delete(oldest);
        bytes -= sizeOf(of);
      }
    },
    revisionOf: (stream, id) => {
      const found = known.get(id);
      return found?.stream === stream ? found.revision : undefined;
    },
    forget: () => {
      known.clear();
      bytes = 0;
    },
  };
}

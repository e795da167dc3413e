// A small seeded generator of random numbers (mulberry32), so that the same seed gives the same shop on every machine.

/** Text to a 32-bit seed (FNV-1a). */
function seedOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * A stream of random choices. `fork` gives an independent stream by name, so that a new choice in one part of the plan
 * does not move every other part.
 * @param {string} seed
 */
export function randomOf(seed) {
  let state = seedOf(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (from, to) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    /** Whole number from `from` to `to`, both possible. */
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)],
    /** One of `[value, weight]` pairs. */
    weighted(pairs) {
      let left = next() * pairs.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of pairs) if ((left -= weight) < 0) return value;
      return pairs[pairs.length - 1][0];
    },
    /** Identifier text of letters and digits. */
    id(prefix, length = 16) {
      let text = prefix;
      for (let i = 0; i < length; i++) text += 'abcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(next() * 36)];
      return text;
    },
    uuid() {
      let hex = '';
      while (hex.length < 32)
        hex += Math.floor(next() * 65536)
          .toString(16)
          .padStart(4, '0');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    fork: (name) => randomOf(`${seed}/${name}`),
  };
}

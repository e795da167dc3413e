/** A small seeded generator (mulberry32): the same numbers from 0 to 1 on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How many of `n` independent trials succeed: jumps from success to success, as the numbers of trials between them are geometric. */
export function binomial(random: () => number, n: number, share: number): number {
  let count = -1;
  for (let at = 0; at <= n; count += 1) at += 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - share));
  return count;
}

/** What stands in the place of a leaf that was left out. */
export const LEFT_OUT = '[truncated]';

const SHARE_MIN = 32; // bytes; members that would get less are left out with their names

/**
 * JSON text of a value in at most about `bytesMax` bytes, without its largest leaves. Room is shared at every level so that small
 * members stay whole and only the largest give way.
 */
export function shortenBody(value: unknown, bytesMax: number): string {
  return JSON.stringify(shortened(value, bytesMax, new Map()));
}

type Sizes = Map<object, number>;

function shortened(value: unknown, room: number, sizes: Sizes): unknown {
  if (sizeOf(value, sizes) <= room) return value;
  if (value === null || typeof value !== 'object') return LEFT_OUT;
  const members = membersOf(value).map(([key, member], at) => ({ key, member, at, size: sizeOf(member, sizes) }));
  const kept: { key: string; member: unknown; at: number }[] = [];
  let left = room - 2;
  members.sort((a, b) => a.size - b.size);
  for (const [index, { key, member, at, size }] of members.entries()) {
    const name = Array.isArray(value) ? 1 : sizeOf(key, sizes) + 2;
    const share = Math.floor(left / (members.length - index)) - name;
    if (share < SHARE_MIN && size > share) continue;
    const fitting = size <= share ? member : shortened(member, share, sizes);
    kept.push({ key, member: fitting, at });
    left -= name + sizeOf(fitting, sizes);
  }
  kept.sort((a, b) => a.at - b.at);
  if (Array.isArray(value)) return kept.map(({ member }) => member);
  return Object.fromEntries(kept.map(({ key, member }) => [key, member])); // keeps a member called __proto__ a member
}

const membersOf = (value: object): [string, unknown][] => Object.entries(value);

function sizeOf(value: unknown, sizes: Sizes): number {
  if (value === null || typeof value !== 'object') return Buffer.byteLength(JSON.stringify(value) ?? 'null');
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 2;
  for (const [key, member] of membersOf(value)) {
    size += sizeOf(member, sizes) + (Array.isArray(value) ? 1 : sizeOf(key, sizes) + 2);
  }
  sizes.set(value, size);
  return size;
}

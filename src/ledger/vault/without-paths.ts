/** A copy of a parsed value without the members at dotted paths. Arrays on the way count as their elements. */
export function withoutPaths(value: unknown, paths: readonly string[]): unknown {
  return paths.reduce((left, path) => without(left, path.split('.')), value);
}

function without(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((element) => without(element, [name!, ...rest]));
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name!)) return value;
  const members = Object.entries(value as Readonly<Record<string, unknown>>);
  const kept =
    rest.length === 0
      ? members.filter(([key]) => key !== name)
      : members.map(([key, member]) => [key, key === name ? without(member, rest) : member]);
  return Object.fromEntries(kept);
}

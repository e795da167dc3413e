import { scanJson } from './json-scan.js';

/** Members that an object has more than once, as dotted paths; readers differ on which of them holds. Throws as `scanJson` does. */
export function repeatedMembers(text: string): string[] {
  const repeated = new Set<string>();
  scanJson(text, { duplicate: (path) => repeated.add(path.join('.')) });
  return [...repeated];
}

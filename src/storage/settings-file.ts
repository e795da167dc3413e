import { readFileSync } from 'node:fs';

/** What a JSON file that a setting names holds, or why it cannot be read, as a sentence that names the setting. */
export function readSettingsFile(setting: string, path: string): { value: unknown } | { mistake: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { mistake: `${setting} cannot be read: ${(error as NodeJS.ErrnoException).code}.` };
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { mistake: `${setting} is no JSON.` };
  }
}

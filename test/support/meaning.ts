import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { Interpreter } from '../../src/ingest/interpreter.js';
import { interpretersFor } from '../../src/ingest/interpret.js';
import { FOLD_VERSION } from '../../src/projections/create-projections.js';

/** What gives entries their meaning, in parts that have a version each, and a digest of the code of each. */
export type Meaning = Record<string, { version: string; digest: string }>;

export const RECORD = 'test/fixtures/meaning.json';
const ROOT = path.join(import.meta.dirname, '../..');
/** Where code that gives meaning begins; it goes on in whatever these import, but for types. */
const ENTRANCES = [
  'src/projections/projector.ts',
  'src/metrics/index.ts',
  'src/ingest/interpret.ts',
  'src/catalog/merge-facts.ts',
];
export const FOLD = 'fold';

const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

// A file is asked for where it is imported, again for its digest, and by every test.
const codes = new Map<string, string>();

/** The code without types, comments and the way it is laid out: they mean nothing. */
function codeOf(text: string): string {
  const code = codes.get(text) ?? withoutTypes(text);
  codes.set(text, code);
  return code;
}

function withoutTypes(text: string): string {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true },
  });
  return outputText
    .replace(/\s+/g, ' ')
    .replace(/([([{]) /g, '$1')
    .replace(/,? ([)\]}])|,([)\]}])/g, '$1$2');
}

export function digestOf(files: readonly { file: string; text: string }[]): string {
  const hash = createHash('sha256');
  for (const { file, text } of [...files].sort((a, b) => (a.file < b.file ? -1 : 1)))
    hash.update(`${file}\n${codeOf(text)}\n`);
  return hash.digest('hex').slice(0, 16);
}

/** Files that code is imported from, directly and through others. */
function reachedFrom(entrances: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const queue = [...entrances];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const [, name] of codeOf(textOf(file)).matchAll(/\b(?:from|import) ?["'](\.[^"']+)["']/g))
      queue.push(path.posix.join(path.posix.dirname(file), name!).replace(/\.js$/, '.ts'));
  }
  return reached;
}

/** What a module exports, or what it makes for an operator who said nothing. */
const interpreterOf = (exported: unknown): Interpreter | undefined => {
  const made =
    typeof exported === 'function' && exported.name.endsWith('Interpreter')
      ? (exported as (known: []) => unknown)([])
      : exported;
  return made as Interpreter | undefined;
};

/** The meaning that the sources have now. */
export async function meaningNow(): Promise<Meaning> {
  const files = reachedFrom(ENTRANCES);
  const meaning: Meaning = {};
  const registered = new Map(interpretersFor().map((each) => [each.name, each]));
  for (const file of [...files].sort()) {
    if (!/\/(interpret|domain-interpreters)\/(?!index\.ts)/.test(file)) continue;
    const module = (await import(pathToFileURL(path.join(ROOT, file)).href)) as Record<string, unknown>;
    const versions = Object.values(module)
      .map(interpreterOf)
      .filter((each) => registered.has(each?.name ?? '')) as Interpreter[];
    if (versions.length === 0) continue; // shared by interpreters, and none itself
    files.delete(file);
    const version = versions
      .map((each) => `${each.name}@${each.version}`)
      .sort()
      .join(' ');
    meaning[file] = { version, digest: digestOf([{ file, text: textOf(file) }]) };
    for (const each of versions) registered.delete(each.name);
  }
  if (registered.size > 0) throw new Error(`no file is known of ${[...registered.keys()].join(', ')}`);
  meaning[FOLD] = {
    version: String(FOLD_VERSION),
    digest: digestOf([...files].map((file) => ({ file, text: textOf(file) }))),
  };
  return meaning;
}

export const meaningRecorded = (): Meaning =>
  existsSync(path.join(ROOT, RECORD)) ? (JSON.parse(textOf(RECORD)) as Meaning) : {};

const whereOf = (part: string): string =>
  part === FOLD
    ? 'FOLD_VERSION in src/projections/create-projections.ts (it stands for the fold, the metrics, and what interpreters share)'
    : `\`version\` in ${part}`;

/** What has to be done before the record may be written, a sentence each: code that changed under the same version. */
export function unversioned(recorded: Meaning, now: Meaning): string[] {
  return Object.entries(now).flatMap(([part, { version, digest }]) => {
    const known = recorded[part];
    if (!known || known.digest === digest || known.version !== version) return [];
    return [
      `${part} changed. If it may now say something else of any entry, raise ${whereOf(part)}, so that read models are rebuilt, and run ` +
        `\`node scripts/record-meaning.mjs\`. If it says the very same, run that with --same-meaning.`,
    ];
  });
}

/** The same, and parts whose record is behind. */
export function complaints(recorded: Meaning, now: Meaning): string[] {
  const stale = [...new Set([...Object.keys(recorded), ...Object.keys(now)])].filter(
    (part) => recorded[part]?.version !== now[part]?.version,
  );
  return [
    ...unversioned(recorded, now),
    ...stale.map(
      (part) =>
        `${part} has another version than recorded: run \`node scripts/record-meaning.mjs\`, so that its next change is noticed.`,
    ),
  ];
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { brokenLinks, unlinked } from './support/doc-links.js';
import {
  bannedWords,
  impurities,
  lostCauses,
  PURE,
  REACHING,
  tooLong,
  wrongImports,
  wrongNames,
  type Source,
} from './support/tidy.js';

const root = path.dirname(import.meta.dirname);
const TEXT = /\.(ts|tsx|css|html|mjs|sql|json|md|ya?ml|sh)$|(^|\/)(Dockerfile|run)$/;

function sourcesIn(folder: string, matching: RegExp): Source[] {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => matching.test(file) && !file.includes('node_modules/'))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
}

const src = sourcesIn('src', /\.ts$/);
const everything = ['src', 'web', 'test', 'scripts', 'bench', 'examples', 'docs', 'deploy', '.ci'].flatMap((folder) =>
  sourcesIn(folder, TEXT),
);
const atRoot = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isFile() && TEXT.test(entry.name) && entry.name !== 'package-lock.json')
  .map((entry) => ({ file: entry.name, text: readFileSync(path.join(root, entry.name), 'utf8') }));

describe('the tree', () => {
  it('imports in one direction', () => expect(src.flatMap(wrongImports)).toEqual([]));
  it('keeps pure files pure, and gives the world as arguments to all others but those named', () =>
    expect(src.flatMap(impurities)).toEqual([]));
  it('has an index only where plug-ins are registered, and names that say something', () =>
    expect(src.flatMap(wrongNames)).toEqual([]));
  it('keeps files and functions short', () => expect(src.flatMap(tooLong)).toEqual([]));
  it('keeps the cause of an error that follows from another', () =>
    expect([...everything, ...atRoot].filter(({ file }) => /\.(ts|tsx|mjs)$/.test(file)).flatMap(lostCauses)).toEqual(
      [],
    ));
  it('holds no banned words', () => expect([...everything, ...atRoot].flatMap(bannedWords)).toEqual([]));
  it('leads somewhere with every link, and to every page', () => {
    const all = [...everything, ...atRoot].filter(({ file }) => file.endsWith('.md'));
    const pages = all.filter(({ file }) => /^docs\/(?!decisions\/)/.test(file));
    expect([...all.flatMap((page) => brokenLinks(page, root)), ...unlinked(pages, all)]).toEqual([]);
  });
  it('has files behind its lists', () => {
    for (const pattern of [...PURE.slice(0, 4), ...REACHING])
      expect(src.filter(({ file }) => pattern.test(file))).not.toHaveLength(0);
  });
});

const at = (file: string, text: string): Source => ({ file, text });

describe('the checks find what they look for', () => {
  it.each([
    ['src/kernel/a.ts', "import { x } from '../catalog/facts.js';"],
    ['src/projections/a.ts', "import { x } from '../ingest/ingest.js';"],
    ['src/metrics/a.ts', "import { x } from '../storage/database.js';"],
    ['src/report/a.ts', "const x = await import('../app/server.js');"],
    ['src/catalog/a.ts', "export { x } from '../config.js';"],
    ['src/reconcile/load/a.ts', "import { x } from '../store/record.js';"],
    ['src/reconcile/run/a.ts', "import { x } from '../report/summary.js';"],
    ['src/close/recipes/a.ts', "import { x } from '../post/post.js';"],
  ])('a wrong import in %s', (file, text) => expect(wrongImports(at(file, text))).toHaveLength(1));

  it.each([
    ['src/ingest/a.ts', "import { x } from '../ledger/ledger.js';"],
    ['src/ledger/a.ts', "import { x } from '../storage/database.js';"],
    ['src/app/http/a.ts', "import type { Service } from '../../service-types.js';"],
    ['src/jobs/a.ts', "import { x } from '../reconcile/reconcile-day.js'; import pg from 'pg';"],
    ['src/reconcile/run/a.ts', "import { x } from '../load/load-day.js'; import { y } from './runs.js';"],
    ['src/reconcile/load/a.ts', "import { x } from '../match.js'; import { y } from '../sources/collector.js';"],
  ])('a right import in %s', (file, text) => expect(wrongImports(at(file, text))).toEqual([]));

  it.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'process.env.HOME',
    'setTimeout(() => 1, 1)',
    "fetch('x')",
    "import { readFileSync } from 'node:fs';",
    "import pg from 'pg';",
    "import http from 'node:http';",
  ])('%s in a pure file', (text) => {
    expect(impurities(at('src/kernel/a.ts', text))).toHaveLength(1);
    expect(impurities(at('src/storage/a.ts', text))).toEqual([]);
  });

  it('a file outside of the pure folders that takes the world as an argument', () => {
    const given = (text: string): string[] => impurities(at('src/report/a.ts', text));
    expect(given("import type { Pool } from 'pg';")).toEqual([]);
    expect(given("import { Pool } from 'pg';")).toHaveLength(1);
    expect(given('const day = Date.now();')).toHaveLength(1);
    expect(impurities(at('src/ledger/merkle.ts', "import type { Pool } from 'pg';"))).toHaveLength(1);
    expect(impurities(at('src/jobs/queue.ts', 'const at = Date.now();'))).toEqual([]);
  });

  it('a date that is told its time is pure', () =>
    expect(impurities(at('src/kernel/a.ts', 'new Date(at)'))).toEqual([]));

  it('an index.ts outside of plug-in folders', () => {
    expect(wrongNames(at('src/report/index.ts', ''))).toHaveLength(1);
    expect(wrongNames(at('src/metrics/index.ts', ''))).toEqual([]);
    expect(wrongNames(at('src/report/utils.ts', ''))).toHaveLength(1);
  });

  it.each([
    'try { f(); } catch (error) { throw new RangeError("too far"); }',
    'try { f(); } catch { if (g()) throw new Error("gone", { code: 1 }); }',
    'f().catch((error: unknown) => { throw new TypeError(String(error)); });',
    'f().catch(function () { throw new SyntaxError(); });',
    'try { f(); } catch (error) { try { g(); } finally { throw new Error("worse"); } }',
  ])('an error whose cause is lost: %s', (text) => expect(lostCauses(at('src/a.ts', text))).toHaveLength(1));

  it.each([
    'try { f(); } catch (error) { throw new RangeError("too far", { cause: error }); }',
    'try { f(); } catch (cause) { throw new Error("gone", { cause }); }',
    'try { f(); } catch { throw new Problem("not_found"); }',
    'try { f(); } catch { later(() => { throw new Error("another time"); }); }',
    'try { throw new Error("first"); } catch { g(); } throw new Error("behind");',
    'f().then(() => { throw new Error("no catch"); }).catch(g);',
  ])('and one whose is not, or that has none: %s', (text) => expect(lostCauses(at('src/a.ts', text))).toEqual([]));

  it('files and functions above the limit', () => {
    expect(tooLong(at('src/a.ts', 'let x = 1;\n'.repeat(351)))).toHaveLength(1);
    expect(tooLong(at('src/a.ts', `function f() {\n${'x();\n'.repeat(70)}}\n`))).toHaveLength(1);
    expect(tooLong(at('src/a.ts', `function f() {\n${'x();\n'.repeat(60)}${'\n// why\n'.repeat(30)}}\n`))).toEqual([]);
  });

  it('links that lead nowhere, and pages that nobody finds', () => {
    const page = (text: string) => brokenLinks(at('docs/how-to/a.md', text), root);
    expect(page('[a](b.md)')).toHaveLength(1);
    expect(page('[a](#there)\n\n```sh\n# There\n```')).toHaveLength(1);
    expect(page('[a](#its-head)\n\n## Its `head`!')).toEqual([]);
    expect(page('[a](../../README.md#settings) `[b](c.md)` [d](https://example.com/)')).toEqual([]);
    expect(unlinked([at('docs/b.md', '')], [at('docs/how-to/a.md', '[b](../c.md)')])).toHaveLength(1);
  });

  it.each([
    ['// TO', 'DO: later'],
    ['it.on', 'ly(1)'],
    ['describe.sk', "ip('x')"],
    ["'/wo", "rk/main'"],
    ['cd /ro', 'ot/x'],
  ])('a banned word: %s…', (a, b) => {
    expect(bannedWords(at('src/a.ts', a + b))).toHaveLength(1);
  });

  it('words that only look alike are fine', () =>
    expect(bannedWords(at('a.md', 'the /work-in-progress list, limit.skip(3), only once'))).toEqual([]));
});

// Lets plain Node import the sources: `node --import ./test/support/typescript.mjs src/main.ts`. The settings are those of the build
// (.swcrc), and a relative '.js' finds the '.ts' beside it. What was compiled is kept for the next process: a suite starts a dozen.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const ours = (url) => url?.startsWith('file:') && !url.includes('/node_modules/');

const kept = path.join(root, 'node_modules/.cache/typescript');
mkdirSync(kept, { recursive: true });
enableCompileCache(path.join(kept, 'compiled'));
const settings = ['.swcrc', 'node_modules/@swc/core/package.json'].map((name) => readFileSync(path.join(root, name)));

/** The JavaScript of a source: by its text, its place and the compiler. */
function compiled(filename) {
  const text = readFileSync(filename);
  const hash = createHash('sha256').update(filename).update(text);
  for (const each of settings) hash.update(each);
  const file = path.join(kept, `${hash.digest('hex')}.js`);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const { transformSync } = require('@swc/core'); // a compiler that is not needed is not loaded
  const { code } = transformSync(text.toString(), { filename, root, cwd: root, sourceMaps: 'inline' });
  writeFileSync(`${file}.${process.pid}`, code);
  renameSync(`${file}.${process.pid}`, file); // another process sees all of it or nothing
  return code;
}

registerHooks({
  resolve(specifier, context, next) {
    if (/^\.{1,2}\/.*\.js$/.test(specifier) && ours(context.parentURL)) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true };
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.endsWith('.ts') || !ours(url)) return next(url, context);
    return { format: 'module', source: compiled(fileURLToPath(url)), shortCircuit: true };
  },
});

// Lets plain Node import the sources: `node --import ./test/support/typescript.mjs src/main.ts`. The settings are those of the build
// (.swcrc), and a relative '.js' finds the '.ts' beside it.
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const ours = (url) => url?.startsWith('file:') && !url.includes('/node_modules/');

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
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, root, cwd: root, sourceMaps: 'inline' });
    return { format: 'module', source: code, shortCircuit: true };
  },
});

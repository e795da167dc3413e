// Builds dist/ when it is missing or older than the sources. Used by the scripts that run the built service.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);

/** Ends the process when the build fails. An installed package has no sources and is never built. */
export function build() {
  const built = at('dist', 'main.js');
  if (!existsSync(at('src'))) return;
  const sources = Math.max(newest(at('src')), newest(at('web')));
  if (existsSync(built) && existsSync(at('dist', 'web', 'index.html')) && sources <= statSync(built).mtimeMs) return;
  process.stderr.write('Building ...\n');
  const status = buildAll();
  if (status !== 0) process.exit(status);
}

/** Compiles the service, bundles what its processes load, and the dashboard beside it. The exit status of the first that fails. Types are checked, unless somebody else does that. */
export function buildAll({ typesChecked = true } = {}) {
  const nest = at('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const vite = at('node_modules', 'vite', 'bin', 'vite.js');
  const page = at('web', 'vite.config.mjs');
  for (const args of [
    [nest, 'build', typesChecked ? '--type-check' : '--no-type-check'],
    [at('scripts', 'bundle.mjs')],
    [vite, 'build', '--config', page, '--logLevel', 'warn'],
  ]) {
    // The compilers' words belong beside the result of a command, not in it.
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
    if (status !== 0) return status ?? 1;
  }
  // The page is the newer part; what is built is as old as the service's own start file.
  const now = new Date();
  utimesSync(at('dist', 'main.js'), now, now);
  return 0;
}

const newest = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((time, entry) => Math.max(time, statSync(path.join(entry.parentPath, entry.name)).mtimeMs), 0);

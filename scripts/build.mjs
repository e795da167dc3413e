// Builds dist/ when it is missing or older than the sources. Used by the scripts that run the built service.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);

/** Ends the process when the build fails. An installed package has no sources and is never built. */
export function build() {
  const built = at('dist', 'main.js');
  if (!existsSync(at('src'))) return;
  if (existsSync(built) && newest(at('src')) <= statSync(built).mtimeMs) return;
  process.stderr.write('Building ...\n');
  const nest = at('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  // The compiler's words belong beside the result of a command, not in it.
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

const newest = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((time, entry) => Math.max(time, statSync(path.join(entry.parentPath, entry.name)).mtimeMs), 0);

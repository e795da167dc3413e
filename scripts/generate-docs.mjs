// Writes the reference pages that follow from the code. `--check` writes nothing and fails when a page is out of step.
// Run: node scripts/generate-docs.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
build();
const { errorsPage } = await import('../dist/app/errors/errors-page.js');
const { metrics } = await import('../dist/metrics/index.js');
const { metricsPage } = await import('../dist/report/metrics-page.js');
const pages = { 'docs/reference/errors.md': errorsPage(), 'docs/reference/metrics.md': metricsPage(metrics) };

let stale = 0;
for (const [name, text] of Object.entries(pages)) {
  const file = path.join(root, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${name} is out of step: run node scripts/generate-docs.mjs`);
    stale++;
  } else {
    writeFileSync(file, text);
    console.log(`wrote ${name}`);
  }
}
process.exit(stale > 0 ? 1 : 0);

// Writes the reference pages that follow from the code. `--check` writes nothing and fails when a page is out of step.
// Run: node scripts/generate-docs.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { build } from './build.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
build();
const { createApp } = await import('../dist/app/create-app.js');
const { errorsPage } = await import('../dist/app/errors/errors-page.js');
const { interfacePage } = await import('../dist/app/interface-page.js');
const { metrics } = await import('../dist/metrics/index.js');
const { metricsPage } = await import('../dist/report/metrics-page.js');

// The document follows from the routes alone: nothing of the service is asked for it.
const database = { pool: {} };
const service = { config: {}, roles: ['api', 'projector', 'worker'], database, doorDatabase: database };
const app = await createApp(service, { log: pino({ level: 'silent' }) });
const pages = {
  'docs/reference/errors.md': errorsPage(),
  'docs/reference/http.md': interfacePage(app.document()),
  'docs/reference/metrics.md': metricsPage(metrics),
};
await app.nest.close();

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

// Writes the types of the interface's answers for the dashboard, from the OpenAPI document of the built service. `--check` writes nothing
// and fails when they are out of step. Run: node scripts/generate-web-types.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { pino } from 'pino';
import { build } from './build.mjs';

const file = path.join(path.dirname(import.meta.dirname), 'web/src/api-types.ts');

build();
const { createApp } = await import('../dist/app/create-app.js');
// The document follows from the routes alone: nothing of the service is asked for it.
const database = { pool: {} };
const service = { config: {}, roles: ['api', 'projector', 'worker'], database, doorDatabase: database };
const app = await createApp(service, { log: pino({ level: 'silent' }) });
const text = `// Made from the OpenAPI document by scripts/generate-web-types.mjs; not edited by hand.\n${astToString(
  await openapiTypescript(structuredClone(app.document()), { silent: true }),
)}`;
await app.nest.close();

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('web/src/api-types.ts is out of step: run node scripts/generate-web-types.mjs');
  process.exit(1);
}

// npm run build: the service and its dashboard, anew.
import { buildAll } from './build.mjs';

process.exitCode = buildAll();

import { runBackground } from './app/run-background.js';
import { openService } from './service.js';

await runBackground(openService, () => new Date());

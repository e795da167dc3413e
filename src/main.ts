import { runProcess } from './app/serve.js';
import { openService } from './service.js';

await runProcess(openService);

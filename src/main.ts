import { withProjectorAside } from './app/projector-aside.js';
import { runProcess } from './app/serve.js';
import { openService } from './service.js';

await runProcess(withProjectorAside(openService));

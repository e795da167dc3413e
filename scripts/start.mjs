// npm start: builds when there is no build yet, then serves in this process, so that signals reach the service itself.
import { build } from './build.mjs';

build();
await import('../dist/main.js');

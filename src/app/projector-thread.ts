// The projector and the seal, in the thread that `withProjectorAside` starts.
import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config.js';
import { openService } from '../service.js';
import { createLog } from './log.js';
import { type FromThread, STOP } from './projector-aside.js';

const TELL_EVERY_MS = 1_000;
const NICE = 10;

const port = parentPort!;
const config = workerData as Config;
const clock = (): Date => new Date();
const tell = (message: FromThread): void => port.postMessage(message);

// Where there is not enough machine for both, an acknowledgement goes first: the numbers may be late. On Linux this is for this thread only.
if (process.platform === 'linux') os.setPriority(NICE);

const service = await openService(config, clock, {
  roles: ['projector'],
  attach: true,
  log: createLog(config.logLevel),
});
port.on('message', (message) => {
  if (message === STOP) void service.stop().finally(() => process.exit());
});
await service.start();
tell({ started: true });
setInterval(() => {
  service.projections.state(clock()).then(
    ({ running, failed }) => tell({ running, ...(failed === undefined ? {} : { failed }) }),
    () => undefined, // the database is away: that is told by those who need it
  );
}, TELL_EVERY_MS);

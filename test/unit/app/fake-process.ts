// A serving process over a fake service: `process.spec.ts` starts it to see how it ends.
import { runProcess, type OpenService } from '../../../src/app/serve.js';
import { ROLES } from '../../../src/service-types.js';
import { SetupError } from '../../../src/kernel/errors.js';
import { FakeService } from './fake-service.js';

const how = process.argv[2];
const service = new FakeService();

const open: OpenService = () => {
  if (how === 'setup') return Promise.reject(new SetupError('The folder belongs to somebody else.'));
  if (how === 'defect') return Promise.reject(new Error('a bug'));
  const stop = (): Promise<void> => (how === 'hang' ? new Promise(() => undefined) : Promise.resolve());
  const start = (): Promise<void> => {
    if (how === 'told twice') setImmediate(() => [1, 2].forEach(() => process.emit('SIGTERM', 'SIGTERM')));
    if (how === 'rejection') setImmediate(() => void Promise.reject(new Error('nobody waits for this')));
    return Promise.resolve();
  };
  return Promise.resolve({ ...service.as(), start, stop });
};

await runProcess(open, ROLES);

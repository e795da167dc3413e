// The service as `npm start` runs it (everything) or its doors alone (alone): node service.mjs FOLDER everything|alone
import { withProjectorAside } from '../../dist/app/projector-aside.js';
import { listen } from '../../dist/app/serve.js';
import { createLog } from '../../dist/app/log.js';
import { readConfig } from '../../dist/config.js';
import { openService } from '../../dist/service.js';
import { SECRET, usage } from './signature.mjs';

const [folder, mode] = process.argv.slice(2);
const config = readConfig({ DATA_DIR: folder, PORT: '0', STRIPE_WEBHOOK_SECRETS: SECRET, LOG_LEVEL: 'warn' });
const clock = () => new Date();
let service;
const openAll = withProjectorAside(openService);
const open = async (settings, time, options) =>
  (service = await openAll(settings, time, mode === 'alone' ? { ...options, roles: ['api'] } : options));
const { url, stop } = await listen(config, open, clock, createLog(config.logLevel));

async function end() {
  await stop();
  process.exit(0);
}

process.on('message', async (message) => {
  if (message === 'state') process.send({ state: await state() });
  if (message === 'stop') await end();
});
process.on('SIGTERM', end).on('disconnect', end);
process.send({ ready: { url: `${url}/webhooks/stripe` } });

async function state() {
  const [{ position, head, lagEvents, lagMs, failed }, seal] = await Promise.all([
    service.projections.state(clock()),
    service.seal.state(),
  ]);
  return { position, head, failed, lag_events: lagEvents, lag_ms: lagMs, seal_lag_events: seal.lag, ...usage() };
}

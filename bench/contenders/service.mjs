// The service as `npm start` runs it (everything) or its doors alone (alone): node service.mjs FOLDER everything|alone
import { readFileSync } from 'node:fs';
import { background } from '../../dist/app/background.js';
import { BACKGROUND, listen } from '../../dist/app/serve.js';
import { createLog } from '../../dist/app/log.js';
import { readConfig } from '../../dist/config.js';
import { openService } from '../../dist/service.js';
import { SECRET, usage } from './signature.mjs';

const [folder, mode] = process.argv.slice(2);
const { REDIS_URL } = process.env; // of bench/redis-down.mjs
const settings = {
  DATA_DIR: folder,
  PORT: '0',
  STRIPE_WEBHOOK_SECRETS: SECRET,
  LOG_LEVEL: 'error',
  ...(REDIS_URL ? { REDIS_URL } : {}),
};
const config = readConfig(settings);
const clock = () => new Date();
let service;
const log = createLog(config.logLevel);
const open = async (...given) => (service = await openService(...given));
const nothing = { start: () => Promise.resolve(), stop: () => Promise.resolve(), pid: () => undefined };
const behind = mode === 'everything' ? background(BACKGROUND, log, { ...process.env, ...settings }) : nothing;
const { url, stop } = await listen(config, open, clock, log, ['api'], behind);

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
  return {
    position,
    head,
    failed,
    lag_events: lagEvents,
    lag_ms: lagMs,
    seal_lag_events: seal.lag,
    ...usage(),
    ...usageBehind(),
  };
}

/** What the background process has, and the most it ever had, in MB. */
function usageBehind() {
  const pid = behind.pid();
  if (pid === undefined) return {};
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).map(Number);
  const cpu = (user + system) / 100; // in ticks of a hundredth
  return { background_rss_mb: mb('VmRSS'), background_rss_max_mb: mb('VmHWM'), background_cpu_s: cpu };
}

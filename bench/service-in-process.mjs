// The built service without its HTTP side, for benches that measure one stage.
import path from 'node:path';

export const dist = path.join(path.dirname(import.meta.dirname), 'dist');
export const STRIPE_SECRET = 'whsec_bench_harbour';

/** Opens the service on a folder; nothing runs in it but what the caller asks for. */
export async function openBenchService(dataDir) {
  const { openService } = await import(`${dist}/service.js`);
  const { readConfig } = await import(`${dist}/config.js`);
  const config = readConfig({ DATA_DIR: dataDir, STRIPE_WEBHOOK_SECRETS: STRIPE_SECRET });
  return openService(config, () => new Date());
}

import { Redis } from 'ioredis';
import { answered } from './answered.js';

/** What a Redis says that may throw jobs away when its memory is full; undefined when it does not, or does not tell. */
export async function evictionRisk(redisUrl: string): Promise<string | undefined> {
  const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined); // told by what was asked
  try {
    const memory = await answered(redis.connect().then(() => redis.info('memory')));
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
    if (policy === undefined || policy === 'noeviction') return undefined;
    return `Redis runs with maxmemory-policy ${policy} and may drop jobs when its memory is full; set it to noeviction.`;
  } finally {
    redis.disconnect();
  }
}

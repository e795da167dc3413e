import { setTimeout as wait } from 'node:timers/promises';
import { clearTextWith } from '../../ingest/clear-text.js';
import { networkOf } from '../../ingest/tracked-event.js';
import type { Clock } from '../../kernel/clock.js';
import type { Zone } from '../../kernel/day.js';
import type { Vault } from '../../ledger/vault.js';
import type { Database } from '../../storage/database.js';
import type { ConfiguredSource } from '../source-type.js';
import type { AnySource } from '../source.js';
import { sources as own } from '../sources/index.js';
import { createHttp, type Http } from './http.js';
import { pulledSource } from './pulled-source.js';
import { Puller } from './puller.js';

export interface PullsDeps {
  database: Database;
  vault: Pick<Vault, 'safeId' | 'contentMac'>;
  clock: Clock;
  zone: Zone;
  sources: readonly ConfiguredSource[];
  http?: Http;
}

/** What truth is compared with: our own collector and what the settings name, with that which fetches the latter. */
export interface Pulls {
  puller: Puller;
  /** Everything that numbers are compared with, by name. */
  sources: Readonly<Record<string, AnySource>>;
  configured: readonly ConfiguredSource[];
}

export function createPulls({ database, vault, clock, zone, sources, http }: PullsDeps): Pulls {
  const writing = {
    clear: clearTextWith(vault),
    hash: (value: unknown) => vault.contentMac(value).toString('base64url').slice(0, 22),
    network: (ip: unknown) => networkOf(vault, ip),
  };
  const deps = { database, clock, zone, writing, http: http ?? createHttp({ now: clock, pause: (ms) => wait(ms) }) };
  const pulled = sources.flatMap((each) => {
    const source = pulledSource(each, zone);
    return source ? [[each.name, source] as const] : [];
  });
  return {
    puller: new Puller(deps, new Map(sources.map((source) => [source.name, source]))),
    sources: { ...own, ...Object.fromEntries(pulled) },
    configured: sources,
  };
}

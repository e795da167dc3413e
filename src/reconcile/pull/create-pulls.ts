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
  /** A folder that may be written to, for a while: the data folder. */
  spoolFolder: string;
  http?: Http;
}

/** What truth is compared with: our own collector and what the settings name, with that which fetches the latter. */
export interface Pulls {
  puller: Puller;
  /** Everything that numbers are compared with, by name. */
  sources: Readonly<Record<string, AnySource>>;
  configured: readonly ConfiguredSource[];
}

export function createPulls({ vault, sources, http, ...deps }: PullsDeps): Pulls {
  const pause = (ms: number): Promise<unknown> => wait(ms);
  const writing = {
    clear: clearTextWith(vault),
    hash: (value: unknown) => vault.contentMac(value).toString('base64url').slice(0, 22),
    network: (ip: unknown) => networkOf(vault, ip),
  };
  const pulled = sources.flatMap((each) => {
    const source = pulledSource(each, deps.zone);
    return source ? [[each.name, source] as const] : [];
  });
  return {
    puller: new Puller(
      { ...deps, writing, pause, http: http ?? createHttp({ now: deps.clock, pause }) },
      new Map(sources.map((source) => [source.name, source])),
    ),
    sources: { ...own, ...Object.fromEntries(pulled) },
    configured: sources,
  };
}

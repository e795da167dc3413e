import { setTimeout as sleep } from 'node:timers/promises';
import { KurrentDBClient } from '@kurrent/kurrentdb-client';

const KEEP_ALIVE_MS = 10_000; // the client's own
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 3_000;

/**
 * One client that can be replaced. A client can break for good without saying so (a batch stream that was half closed, capabilities that
 * failed to load once); only a new one helps. Each replacement that did not help makes the next one wait longer.
 */
export class ClientHolder {
  /** How many clients were given up. */
  replaced = 0;
  private client: KurrentDBClient | undefined;
  private failures = 0;
  private notBefore = 0;

  constructor(
    private readonly connectionString: string,
    private readonly log: (line: string) => void,
  ) {}

  /** The client to use now; waits while the last one was given up just before. */
  async current(): Promise<KurrentDBClient> {
    for (let left = this.waitMs(); left > 0; left = this.waitMs()) await sleep(left);
    return (this.client ??= newClient(this.connectionString));
  }

  /** Gives a client up, unless somebody did before. */
  replace(bad: KurrentDBClient, why: string): void {
    if (this.client !== bad) return;
    this.client = undefined;
    this.replaced += 1;
    this.failures += 1;
    this.notBefore = performance.now() + Math.min(BACKOFF_MIN_MS * 2 ** (this.failures - 1), BACKOFF_MAX_MS);
    this.log(`ledger: the KurrentDB client is replaced: ${why}`);
    dispose(bad);
  }

  /** Something was answered: the next replacement need not wait. */
  worked(): void {
    this.failures = 0;
  }

  close(): void {
    const { client } = this;
    this.client = undefined;
    if (client) dispose(client);
  }

  private waitMs(): number {
    return this.client ? 0 : this.notBefore - performance.now();
  }
}

let made = 0;

/**
 * A client with a connection of its own. Clients of one address and equal settings share one, so that the next would hang on the very
 * connection that the last was given up for; a millisecond of keep-alive more makes the settings differ.
 */
function newClient(connectionString: string): KurrentDBClient {
  const [, given] = /[?&]keepAliveInterval=(\d+)/i.exec(connectionString) ?? [];
  made = (made + 1) % 1_000;
  const keepAlive = `keepAliveInterval=${Number(given ?? KEEP_ALIVE_MS) + made}`;
  return KurrentDBClient.connectionString(
    given === undefined
      ? `${connectionString}&${keepAlive}`
      : connectionString.replace(/keepAliveInterval=\d+/i, keepAlive),
  );
}

/**
 * Cancels its calls and closes its connection, which `dispose` leaves open. Nobody waits for it: a call that never ends would keep
 * `dispose` waiting.
 */
function dispose(client: KurrentDBClient): void {
  client.dispose().catch(() => undefined);
  const { getChannel } = client as unknown as { getChannel(): Promise<{ close(): void }> };
  getChannel().then(
    (channel) => channel.close(),
    () => undefined,
  );
}

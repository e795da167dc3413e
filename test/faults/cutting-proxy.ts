import net from 'node:net';
import path from 'node:path';
import type pg from 'pg';

/** A proxy before PostgreSQL that can cut connections at a chosen moment. */
export interface CuttingProxy {
  connection: pg.ClientConfig;
  /** The next message that contains this text: `before` it reaches the server, or `after` the server acted on it, its answer lost. */
  cutAt(text: string, when: 'before' | 'after'): void;
  /** Refuses and cuts everything while down. */
  down(down: boolean): void;
  cuts(): number;
  close(): Promise<void>;
}

export async function cuttingProxy(target: pg.ClientConfig): Promise<CuttingProxy> {
  let trap: { text: string; when: 'before' | 'after' } | undefined;
  let refusing = false;
  let cuts = 0;
  const pairs = new Set<() => void>();
  const server = net.createServer((client) => {
    const upstream = net.connect(addressOf(target));
    const end = (): void => {
      pairs.delete(end);
      client.destroy();
      upstream.destroy();
    };
    pairs.add(end);
    let sprung = false;
    const cut = (): void => {
      cuts += 1;
      end();
    };
    client.on('data', (data) => {
      if (trap && data.includes(trap.text)) {
        const { when } = trap;
        trap = undefined;
        if (when === 'before') return cut();
        sprung = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      // Its answer to the commit means that the server has done it.
      if (sprung && data.includes('COMMIT')) cut();
      else client.write(data);
    });
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    if (refusing) end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    connection: { ...target, host: '127.0.0.1', port },
    cutAt: (text, when) => void (trap = { text, when }),
    down: (down) => {
      refusing = down;
      if (down) for (const end of [...pairs]) end();
    },
    cuts: () => cuts,
    close: async () => {
      for (const end of [...pairs]) end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const addressOf = ({ host = 'localhost', port = 5432 }: pg.ClientConfig): net.NetConnectOpts =>
  host.startsWith('/') ? { path: path.join(host, `.s.PGSQL.${port}`) } : { host, port };

import net from 'node:net';
import path from 'node:path';
import type pg from 'pg';

/** A proxy before PostgreSQL that can cut connections at a chosen moment. */
export interface CuttingProxy {
  connection: pg.ClientConfig;
  /** Where it listens on 127.0.0.1. */
  port: number;
  /**
   * The next message that contains this text: `before` it reaches the server, or `after` the server acted on it, its answer lost. One that
   * is asked for while another is still to come is looked for after that.
   */
  cutAt(text: string, when: 'before' | 'after'): void;
  /** In the next message that contains this text the server reads another one of the same length. */
  replaceNext(text: string, by: string): void;
  /** Refuses and cuts everything while down. */
  down(down: boolean): void;
  /** From now on nothing passes on the connections there are, in neither direction, and nobody is told: half-open. `all`: on new ones neither. */
  silence(which?: 'all'): void;
  /** Closes the silent ones; new ones pass. */
  dropSilent(): void;
  cuts(): number;
  close(): Promise<void>;
}

export async function cuttingProxy(target: pg.ClientConfig): Promise<CuttingProxy> {
  const traps: { text: string; when: 'before' | 'after' }[] = [];
  let swap: { text: string; by: string } | undefined;
  let refusing = false;
  let generation = 0; // connections of another one are silent
  let deaf = false;
  let cuts = 0;
  const pairs = new Set<() => void>();
  const silent = new Set<() => void>();
  const server = net.createServer((client) => {
    const upstream = net.connect(addressOf(target));
    const end = (): void => {
      pairs.delete(end);
      client.destroy();
      upstream.destroy();
    };
    pairs.add(end);
    const born = deaf ? -1 : generation;
    if (deaf) silent.add(end);
    let sprung = false;
    const cut = (): void => {
      cuts += 1;
      end();
    };
    client.on('data', (data) => {
      if (born !== generation) return;
      const [trap] = traps;
      if (trap && data.includes(trap.text)) {
        const { when } = traps.shift()!;
        if (when === 'before') return cut();
        sprung = true;
      }
      if (swap && data.includes(swap.text)) {
        data.write(swap.by, data.indexOf(swap.text));
        swap = undefined;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (born !== generation) return;
      // Its answer to the commit means that the server has done it.
      if (sprung && data.includes('COMMIT')) cut();
      else client.write(data);
    });
    // A silent connection is not even told of the end of its other half.
    const over = (): void => {
      if (born === generation) end();
    };
    for (const socket of [client, upstream]) socket.on('error', over).on('close', over);
    if (refusing) end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    connection: { ...target, host: '127.0.0.1', port },
    port,
    cutAt: (text, when) => void traps.push({ text, when }),
    replaceNext: (text, by) => {
      if (text.length !== by.length) throw new Error('the length of a message cannot change');
      swap = { text, by };
    },
    down: (down) => {
      refusing = down;
      if (down) for (const end of [...pairs]) end();
    },
    silence: (which) => {
      generation += 1;
      deaf = which === 'all';
      for (const end of pairs) silent.add(end);
    },
    dropSilent: () => {
      deaf = false;
      for (const end of silent) end();
      silent.clear();
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

import net from 'node:net';

/** A proxy whose connections can go half open: both ends keep them, and nothing passes any more. New ones work. */
export interface HalfOpenProxy {
  port: number;
  /** From now on the connections of now carry nothing; how many there are. */
  freeze(): number;
  close(): Promise<void>;
}

export async function halfOpenProxy(target: number): Promise<HalfOpenProxy> {
  const pairs = new Set<[client: net.Socket, upstream: net.Socket]>();
  const server = net.createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ port: target, host: '127.0.0.1', noDelay: true });
    const pair: [net.Socket, net.Socket] = [client, upstream];
    pairs.add(pair);
    client.pipe(upstream);
    upstream.pipe(client);
    const end = (): void => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    freeze: () => {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }
      return pairs.size;
    },
    close: async () => {
      for (const sockets of pairs) for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

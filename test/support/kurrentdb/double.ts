// The double: one server or a cluster of them, over one log that outlives their restarts.
import { createLog, type Log, type LogOptions } from './log.js';
import { createPlace, startNode, type Node, type NodeOptions } from './node.js';
import type { Limits } from './node-context.js';

export interface DoubleOptions extends LogOptions, Partial<Pick<NodeOptions, 'methods' | 'version' | 'port'>> {
  /** How many servers; 1 without it. */
  nodes?: number;
  log?: Log;
  limits?: Partial<Limits>;
}

export interface KurrentdbDouble {
  readonly log: Log;
  /** The server that may write. */
  readonly leader: Node;
  /** Every server; one that is down keeps its place. */
  readonly nodes: readonly Node[];
  /** Names every server when there are several: the client then asks them who leads. */
  readonly url: string;
  /** Stops a server (without a number the leader) and starts it again on its port: the log stays, what it remembered of ids is lost. */
  restart(index?: number): Promise<void>;
  /** Stops a server for good. A cluster that loses its leader elects the next one. */
  kill(index: number): Promise<void>;
  /** Another server leads from now on. */
  elect(index: number): void;
  close(): Promise<void>;
}

/** The size of one append up to server 25.0, and of one event. */
const LIMITS: Limits = { appendBytes: 2 ** 20, eventBytes: 16 * 2 ** 20 };

export async function startKurrentdb(options: DoubleOptions = {}): Promise<KurrentdbDouble> {
  const log = options.log ?? createLog(options);
  const size = options.nodes ?? 1;
  const places = Array.from({ length: size }, () => createPlace(log));
  const nodes: Node[] = [];
  const down = new Set<number>();
  let leading = 0;
  log.startEpoch();

  const start = (index: number, port?: number): Promise<Node> =>
    startNode({
      ...places[index]!,
      log,
      port,
      limits: { ...LIMITS, ...options.limits },
      methods: options.methods,
      version: options.version ?? '26.1.0',
      otherLeader: () => (index === leading ? undefined : nodes[leading]),
      members: () =>
        nodes.map(({ id, host, port: at }, of) => ({
          id,
          host,
          port: at,
          alive: !down.has(of),
          leader: of === leading,
        })),
    });
  const elect = (index: number): void => {
    leading = index;
    log.startEpoch();
  };
  const stop = async (index: number): Promise<void> => {
    down.add(index);
    await nodes[index]!.stop();
  };
  for (let index = 0; index < size; index += 1) nodes.push(await start(index, index === 0 ? options.port : undefined));

  return {
    log,
    get leader() {
      return nodes[leading]!;
    },
    nodes,
    get url() {
      const hosts = nodes.map(({ host, port }) => `${host}:${port}`).join(',');
      // The client's reader waits one interval before it first connects.
      return `kurrentdb://${hosts}?tls=false&discoveryInterval=1`;
    },
    restart: async (index = leading) => {
      const { port } = nodes[index]!;
      await stop(index);
      nodes[index] = await start(index, port);
      down.delete(index);
      if (index === leading) log.startEpoch();
    },
    kill: async (index) => {
      await stop(index);
      const next = nodes.findIndex((_, of) => !down.has(of));
      if (index === leading && next >= 0) elect(next);
    },
    elect,
    close: async () => {
      for (const [index, node] of nodes.entries()) if (!down.has(index)) await node.stop();
    },
  };
}

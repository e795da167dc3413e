// One server: its port, its connections, and the protocol's calls handed to the files that know them.
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import grpc from '@grpc/grpc-js';
import { createActivity, type Activity } from './activity.js';
import { serveAppend, serveBatchAppend, type AppendCall, type BatchCall } from './appends.js';
import { openCall, type OpenCall } from './call.js';
import { deleteStream } from './deletes.js';
import { createFaults, notLeader, type Faults } from './faults.js';
import { clusterInfo, supportedMethods, type Member } from './capabilities.js';
import { featuresService, gossipService, streamOf, streams, streamsService } from './messages.js';
import type { Log } from './log.js';
import type { Endpoint, Limits, NodeContext } from './node-context.js';
import { readCounted } from './reads.js';
import { outletOf, type ReadCall } from './send.js';
import { subscribe } from './subscriptions.js';
import { createView, type View } from './view.js';

/** What a server's place in the cluster keeps when the server is restarted: tests hold on to it. */
export interface Place {
  readonly activity: Activity;
  readonly faults: Faults;
  readonly view: View;
}

export const createPlace = (log: Log): Place => ({
  activity: createActivity(),
  faults: createFaults(),
  view: createView(log),
});

export interface NodeOptions extends Place {
  log: Log;
  port?: number;
  limits: Limits;
  /** Methods of the streams service that it says it has, in small letters; without it, all that it has. */
  methods?: readonly string[];
  version: string;
  members(): readonly Member[];
  otherLeader(): Endpoint | undefined;
}

export interface Node extends Place {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** Cuts every connection; new ones are taken. */
  cut(): void;
  /** Cuts every connection and gives the port back, as a process that dies does. */
  stop(): Promise<void>;
}

/** The server's limit for one message of the streams service. */
const MESSAGE_MAX = 16 * 2 ** 20 - 10 * 1024;
const HOST = '127.0.0.1';

export async function startNode(options: NodeOptions): Promise<Node> {
  const { log, limits, otherLeader, activity, faults, view } = options;
  const sockets = new Map<string, net.Socket>();
  const cut = (peer: string): void => void sockets.get(peer)?.resetAndDestroy();
  const server = new grpc.Server({ 'grpc.max_receive_message_length': MESSAGE_MAX });
  addServices(server, options, { log, limits, otherLeader, view, activity, faults, cut });
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const listener = net.createServer({ noDelay: true }, (socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    activity.note('connections');
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(peer);
      activity.note('connections', -1);
    });
    injector.injectConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(options.port ?? 0, HOST, resolve);
  });
  const { port } = listener.address() as net.AddressInfo;
  const cutAll = (): void => [...sockets.keys()].forEach(cut);
  return {
    id: randomUUID(),
    host: HOST,
    port,
    activity,
    faults,
    view,
    cut: cutAll,
    stop: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      cutAll();
      await closed;
      server.forceShutdown();
    },
  };
}

function addServices(server: grpc.Server, options: NodeOptions, node: NodeContext): void {
  const { activity } = node;
  server.addService(featuresService.ServerFeaturesService, {
    getSupportedMethods: (call: Unary, callback: Answer) => {
      activity.note('featureCalls');
      void openCall(call, node, callback)
        .passes({ at: 'features' })
        .then((goesOn) => goesOn && callback(null, supportedMethods(options.version, options.methods)));
    },
  });
  server.addService(gossipService.GossipService, {
    read: (call: Unary, callback: Answer) =>
      void openCall(call, node, callback)
        .passes({ at: 'gossip' })
        .then((goesOn) => goesOn && callback(null, clusterInfo(options.members()))),
  });
  server.addService(streamsService.StreamsService, {
    batchAppend: (call: BatchCall) => serveBatchAppend(call, openCall(call, node), node),
    append: (call: AppendCall, callback: Answer) => {
      const open = openCall(call, node, callback);
      serveAppend(call, open, node, (answer) => callback(null, answer)).catch(failing(open));
    },
    read: (call: ReadCall) => {
      const open = openCall(call, node);
      read(call, open, node).catch(failing(open));
    },
    delete: (call: Unary, callback: Answer) => remove('delete', streams.DeleteResp, call, callback, node),
    tombstone: (call: Unary, callback: Answer) => remove('tombstone', streams.TombstoneResp, call, callback, node),
  });
}

type Unary = grpc.ServerUnaryCall<any, any>;
type Answer = (error: any, answer?: any) => void;

async function read(call: ReadCall, open: OpenCall, node: NodeContext): Promise<void> {
  const options = call.request.getOptions()!;
  const at = options.hasSubscription() ? 'subscribe' : 'read';
  const stream = options.hasStream() ? streamOf(options.getStream()?.getStreamIdentifier()) : '$all';
  const out = outletOf(call, open, node, at, stream);
  if (at === 'read') node.activity.note('reads');
  if (!(await open.passes({ at, stream }))) return;
  const leader = node.otherLeader();
  if (leader && open.requiresLeader) return open.fail(notLeader(leader));
  if (at === 'read') return readCounted(options, open, out, node);
  node.activity.note('subscriptions');
  node.activity.note('subscriptionsOpened');
  out.signal.addEventListener('abort', () => node.activity.note('subscriptions', -1));
  await subscribe(options, open, out, node);
}

function remove(
  at: 'delete' | 'tombstone',
  Response: typeof streams.DeleteResp | typeof streams.TombstoneResp,
  call: Unary,
  callback: Answer,
  node: NodeContext,
): void {
  const open = openCall(call, node, callback);
  deleteStream(at, call.request, open, node, (written) => {
    const position = new Response.Position();
    position.setCommitPosition(String(written));
    position.setPreparePosition(String(written));
    const answer = new Response();
    answer.setPosition(position);
    callback(null, answer);
  }).catch(failing(open));
}

/** What a handler throws is a mistake of the test or of the double; the client hears of it, and so does whoever reads its error. */
const failing =
  (open: OpenCall) =>
  (error: unknown): void =>
    open.fail({ code: grpc.status.INVALID_ARGUMENT, details: (error as Error).message });

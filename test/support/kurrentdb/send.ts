import type grpc from '@grpc/grpc-js';
import type { OpenCall } from './call.js';
import { readEvent, type streams } from './messages.js';
import type { LogRecord } from './log.js';
import type { NodeContext } from './node-context.js';

type Answer = InstanceType<typeof streams.ReadResp>;
export type ReadCall = grpc.ServerWritableStream<InstanceType<typeof streams.ReadReq>, Answer>;

/** The way out of a read or a subscription: never more under way than the client takes, and nothing once it is gone. */
export interface Outlet {
  readonly signal: AbortSignal;
  /** False when nothing more may be sent. */
  send(message: Answer): Promise<boolean>;
  sendEvent(record: LogRecord): Promise<boolean>;
}

export function outletOf(
  call: ReadCall,
  open: OpenCall,
  { activity }: NodeContext,
  at: 'read' | 'subscribe',
  stream: string,
): Outlet {
  const gone = new AbortController();
  let sentEvents = 0;
  call.on('cancelled', () => gone.abort());
  const send: Outlet['send'] = async (message) => {
    if (gone.signal.aborted) return false;
    if (!call.write(message)) await drained(call, gone.signal);
    return !gone.signal.aborted;
  };
  return {
    signal: gone.signal,
    send,
    sendEvent: async (record) => {
      if (!(await send(readEvent(record)))) return false;
      sentEvents += 1;
      activity.note('eventsSent');
      const goesOn = await open.passes({ at, stream, sentEvents });
      if (!goesOn) gone.abort();
      return goesOn;
    },
  };
}

const drained = (call: ReadCall, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      call.removeListener('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    signal.addEventListener('abort', done);
  });

// Short words for what specs do with the official client.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  binaryEvent,
  FORWARDS,
  START,
  type AllStreamSubscription,
  type AppendStreamState,
  type KurrentDBClient,
  type ResolvedEvent,
  type StreamSubscription,
} from '@kurrent/kurrentdb-client';

export const newId = (): string => randomUUID();

/** A stream that nobody else has. */
export const newStream = (category = 'spec'): string => `${category}-${randomUUID()}`;

export const eventOf = (id = newId(), text = '{}', type = 'Happened'): ReturnType<typeof binaryEvent> =>
  binaryEvent({ id, type, data: Buffer.from(text) });

/** Appends events with these ids: `[revision of the last, position]`, or the type of the error. */
export async function append(
  client: KurrentDBClient,
  stream: string,
  streamState: AppendStreamState,
  ids: readonly string[],
): Promise<bigint | string> {
  try {
    const { nextExpectedRevision } = await client.appendToStream(
      stream,
      ids.map((id) => eventOf(id)),
      { streamState },
    );
    return nextExpectedRevision;
  } catch (error) {
    return typeOf(error);
  }
}

/** The client's own word for an error. What is none of its errors is no answer of the server's. */
export function typeOf(error: unknown): string {
  const { type } = error as { type?: string };
  if (type === undefined) throw error;
  return type;
}

export async function idsOf(client: KurrentDBClient, stream: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { event } of client.readStream(stream, {
    direction: FORWARDS,
    fromRevision: START,
    maxCount: 10_000,
  }))
    ids.push(event!.id);
  return ids;
}

/** What a subscription brings before it says that it has caught up; it is left open. */
export async function untilCaughtUp(
  subscription: AllStreamSubscription | StreamSubscription,
): Promise<{ events: ResolvedEvent[]; position: bigint | undefined }> {
  const events: ResolvedEvent[] = [];
  subscription.on('data', (event: ResolvedEvent) => events.push(event));
  const [info] = (await once(subscription, 'caughtUp')) as [{ position?: { commit: bigint } }];
  // What was sent before it may still be on its way through the subscription's buffer.
  while (subscription.readableLength > 0) await once(subscription, 'data');
  return { events, position: info.position?.commit };
}

// Appends: the batch stream that all appends of a client share, and the older call of its own for each.
import grpc from '@grpc/grpc-js';
import { decide, type Decision, type ExpectedState } from './append-rules.js';
import type { OpenCall } from './call.js';
import { notLeader, streamDeleted, wrongExpectedVersion, type Fault } from './faults.js';
import { allPosition, empty, identifierOf, nothing, streamOf, streams, textOf } from './messages.js';
import type { ProposedEvent } from './log.js';
import type { NodeContext } from './node-context.js';
import { problem, refused, tooLarge, withoutMetadata, type Refusal } from './refusals.js';

type BatchRequest = InstanceType<typeof streams.BatchAppendReq>;
type BatchAnswer = InstanceType<typeof streams.BatchAppendResp>;
export type BatchCall = grpc.ServerDuplexStream<BatchRequest, BatchAnswer>;
export type AppendCall = grpc.ServerReadableStream<
  InstanceType<typeof streams.AppendReq>,
  InstanceType<typeof streams.AppendResp>
>;

/** An append that is still arriving, piece by piece. */
interface Arriving {
  stream: string;
  expected: ExpectedState;
  events: ProposedEvent[];
  bytes: number;
}

/** Written or already there: the revision of the last event, and its position if readers can see it. */
interface Done {
  revision: bigint;
  position: bigint | undefined;
}

export function serveBatchAppend(call: BatchCall, open: OpenCall, node: NodeContext): void {
  const arriving = new Map<string, Arriving>();
  const { activity, limits } = node;
  activity.note('batchStreams');
  activity.note('batchStreamsOpened');
  let closed = false;
  const close = (): void => {
    if (!closed) activity.note('batchStreams', -1);
    closed = true;
  };
  const answer = (request: BatchRequest, stream: string, fill: (message: BatchAnswer) => void): void => {
    if (closed) return;
    const message = new streams.BatchAppendResp();
    message.setCorrelationId(request.getCorrelationId());
    message.setStreamIdentifier(identifierOf(stream));
    fill(message);
    if (call.write(message)) return;
    call.pause();
    call.once('drain', () => call.resume());
  };
  call.on('data', (request: BatchRequest) => {
    const id = textOf(request.getCorrelationId());
    const options = request.getOptions();
    if (options) arriving.set(id, arrivingOf(options));
    const append = arriving.get(id);
    if (!append) return;
    const refusal = take(append, request.getProposedMessagesList(), limits);
    if (refusal || request.getIsFinal()) arriving.delete(id);
    if (refusal) answer(request, append.stream, (message) => message.setError(refusal));
    else if (request.getIsFinal())
      complete(append, open, node, (fill) => answer(request, append.stream, fill)).catch((error: Error) =>
        open.fail({ code: grpc.status.RESOURCE_EXHAUSTED, details: error.message }),
      );
  });
  call.on('cancelled', close);
  call.on('error', close);
  // The client has said its last word; what is answered later is for nobody.
  call.on('end', () => {
    close();
    open.end();
  });
}

async function complete(
  append: Arriving,
  open: OpenCall,
  node: NodeContext,
  answer: (fill: (message: BatchAnswer) => void) => void,
): Promise<void> {
  const { stream } = append;
  node.activity.note('appends');
  const byFault = (fault: Fault): void => {
    if (fault.kind === 'answer') answer((message) => message.setError(problem(fault.problem)));
  };
  if (!(await open.passes({ at: 'append', stream }, byFault))) return;
  const leader = node.otherLeader();
  // Without the header the node would forward the append, which to the client looks as if it had written itself.
  if (leader && open.requiresLeader) return open.fail(notLeader(leader));
  const done = write(append, node);
  if (!(await open.passes({ at: 'append', when: 'after', stream }, byFault))) return;
  answer((message) => {
    if ('outcome' in done) return void message.setError(refused(done, stream, append.expected));
    const success = new streams.BatchAppendResp.Success();
    if (done.revision < 0n) success.setNoStream(new empty.Empty());
    else success.setCurrentRevision(String(done.revision));
    if (done.position === undefined) success.setNoPosition(new empty.Empty());
    else success.setPosition(allPosition(done.position));
    message.setSuccess(success);
  });
}

export async function serveAppend(
  call: AppendCall,
  open: OpenCall,
  node: NodeContext,
  answer: (message: InstanceType<typeof streams.AppendResp>) => void,
): Promise<void> {
  let append: Arriving | undefined;
  for await (const request of call as AsyncIterable<InstanceType<typeof streams.AppendReq>>) {
    const options = request.getOptions();
    if (options) append = arrivingOf(options);
    const message = request.getProposedMessage();
    const refusal = append && message && take(append, [message], node.limits);
    if (refusal) return open.fail({ code: grpc.status.INVALID_ARGUMENT, details: refusal.getMessage() });
  }
  if (!append) return open.fail({ code: grpc.status.INVALID_ARGUMENT, details: "'options' is a required argument" });
  const { stream } = append;
  node.activity.note('appends');
  if (!(await open.passes({ at: 'append', stream }))) return;
  const leader = node.otherLeader();
  if (leader && open.requiresLeader) return open.fail(notLeader(leader));
  const done = write(append, node);
  if (!(await open.passes({ at: 'append', when: 'after', stream }))) return;
  if ('outcome' in done) {
    if (done.outcome === 'stream-deleted') return open.fail(streamDeleted(stream));
    if (done.outcome === 'wrong-expected-version')
      return open.fail(wrongExpectedVersion(stream, numberOf(append.expected), done.current));
    return;
  }
  const success = new streams.AppendResp.Success();
  if (done.revision < 0n) success.setNoStream(nothing());
  else success.setCurrentRevision(String(done.revision));
  if (done.position === undefined) success.setNoPosition(nothing());
  else {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(done.position));
    position.setPreparePosition(String(done.position));
    success.setPosition(position);
  }
  const message = new streams.AppendResp();
  message.setSuccess(success);
  answer(message);
}

/** Does what the rules say, at once: nothing comes between the check and the write. */
function write({ stream, expected, events }: Arriving, { log }: NodeContext): Done | Decision {
  const ids = events.map((event) => event.id);
  const decision = decide(log, stream, expected, ids);
  if (decision.outcome === 'idempotent') {
    const record = log.raw(stream, decision.last);
    const readable = record && decision.last >= log.firstVisible(stream);
    return { revision: decision.last, position: readable ? record.position : undefined };
  }
  if (decision.outcome !== 'write') return decision;
  const deleted = log.isSoftDeleted(stream);
  const written = log.write(stream, events);
  if (deleted && events.length > 0) log.undelete(stream, written[0]!.revision);
  return { revision: log.last(stream), position: written.at(-1)?.position };
}

type AnyOptions = InstanceType<typeof streams.BatchAppendReq.Options> | InstanceType<typeof streams.AppendReq.Options>;

function arrivingOf(options: AnyOptions): Arriving {
  const revision = 'getRevision' in options ? options.getRevision() : options.getStreamPosition();
  const expected = options.hasNoStream()
    ? 'no_stream'
    : options.hasAny()
      ? 'any'
      : options.hasStreamExists()
        ? 'stream_exists'
        : BigInt(revision);
  return { stream: streamOf(options.getStreamIdentifier()), expected, events: [], bytes: 0 };
}

type Proposed =
  InstanceType<typeof streams.BatchAppendReq.ProposedMessage> | InstanceType<typeof streams.AppendReq.ProposedMessage>;

/** Adds a piece to an append; says why not when it becomes too large. */
function take(append: Arriving, pieces: readonly Proposed[], limits: NodeContext['limits']): Refusal | undefined {
  for (const piece of pieces) {
    const metadata = piece.getMetadataMap();
    const event = {
      id: textOf(piece.getId()),
      type: metadata.get('type') ?? '',
      contentType: metadata.get('content-type') ?? '',
      data: piece.getData_asU8(),
      metadata: piece.getCustomMetadata_asU8(),
    };
    if (!event.type || !event.contentType) return withoutMetadata();
    const bytes = event.data.length + event.metadata.length + 2 * event.type.length;
    if (bytes > limits.eventBytes) return tooLarge('event', limits.eventBytes);
    append.bytes += bytes;
    append.events.push(event);
  }
  return append.bytes > limits.appendBytes ? tooLarge('append', limits.appendBytes) : undefined;
}

/** As trailers write an expectation. */
const numberOf = (expected: ExpectedState): string =>
  ({ no_stream: '-1', any: '-2', stream_exists: '-4' })[String(expected)] ?? String(expected);

// The messages of the protocol: the official client's own generated code, so that both ends speak exactly the same.
// These modules are CommonJS and are reached by their files; their default export holds everything.
import features from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js';
import featuresService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js';
import gossip from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_pb.js';
import gossipService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_grpc_pb.js';
import shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import status from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import streamsService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js';
// The client's own dependency, of which it uses the same copy.
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { LogRecord } from './log.js';

export { any, empty, features, featuresService, gossip, gossipService, shared, status, streams, streamsService };

type Identifier = InstanceType<typeof shared.StreamIdentifier>;
type Uuid = InstanceType<typeof shared.UUID>;

export const nothing = (): InstanceType<typeof shared.Empty> => new shared.Empty();

export function identifierOf(stream: string): Identifier {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  return identifier;
}

export const streamOf = (identifier: Identifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();

export function uuidOf(text: string): Uuid {
  const uuid = new shared.UUID();
  uuid.setString(text);
  return uuid;
}

/** Text in lower case, from either of the two forms that clients send. */
export function textOf(uuid: Uuid | undefined): string {
  const structured = uuid?.getStructured();
  if (!structured) return uuid?.getString().toLowerCase() ?? '';
  const half = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export function timestampOf(date: Date): InstanceType<typeof timestamp.Timestamp> {
  return timestamp.Timestamp.fromDate(date);
}

export function allPosition(position: bigint): InstanceType<typeof shared.AllStreamPosition> {
  const message = new shared.AllStreamPosition();
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  return message;
}

/** .NET ticks since the epoch: 100 ns each. */
const ticks = (date: Date): string => String(BigInt(date.getTime()) * 10_000n);

export function readEvent(record: LogRecord): InstanceType<typeof streams.ReadResp> {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(uuidOf(record.id));
  recorded.setStreamIdentifier(identifierOf(record.stream));
  recorded.setStreamRevision(String(record.revision));
  recorded.setCommitPosition(String(record.position));
  recorded.setPreparePosition(String(record.position));
  recorded.getMetadataMap().set('type', record.type);
  recorded.getMetadataMap().set('created', ticks(record.created));
  recorded.getMetadataMap().set('content-type', record.contentType);
  recorded.setData(record.data);
  recorded.setCustomMetadata(record.metadata);
  const event = new streams.ReadResp.ReadEvent();
  event.setEvent(recorded);
  event.setCommitPosition(String(record.position));
  const answer = new streams.ReadResp();
  answer.setEvent(event);
  return answer;
}

// The errors inside a batch append's answers: a status of Google's with the details packed into it.
import grpc from '@grpc/grpc-js';
import type { Decision, ExpectedState } from './append-rules.js';
import type { AppendProblem } from './faults.js';
import { any, empty, identifierOf, shared, status } from './messages.js';

export type Refusal = InstanceType<typeof status.Status>;

const { OK, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED } = grpc.status;

export function tooLarge(what: 'event' | 'append', limit: number): Refusal {
  if (what === 'event') return refusal(INVALID_ARGUMENT, 'MaximumAppendEventSizeExceeded');
  const details = new shared.MaximumAppendSizeExceeded();
  details.setMaxappendsize(limit);
  return refusal(INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details);
}

export function withoutMetadata(): Refusal {
  const details = new shared.BadRequest();
  details.setMessage('A required metadata property is missing.');
  return refusal(INVALID_ARGUMENT, 'BadRequest', details);
}

/** What a decision against an append is answered as. */
export function refused(decision: Decision, stream: string, expected: ExpectedState): Refusal {
  if (decision.outcome === 'stream-deleted') {
    const details = new shared.StreamDeleted();
    details.setStreamIdentifier(identifierOf(stream));
    return refusal(NOT_FOUND, 'StreamDeleted', details);
  }
  if (decision.outcome !== 'wrong-expected-version') throw new Error(`${decision.outcome} is no refusal.`);
  const details = new shared.WrongExpectedVersion();
  if (decision.current < 0n) details.setCurrentNoStream(new empty.Empty());
  else details.setCurrentStreamRevision(String(decision.current));
  if (expected === 'any') details.setExpectedAny(new empty.Empty());
  else if (expected === 'stream_exists') details.setExpectedStreamExists(new empty.Empty());
  else if (expected === 'no_stream') details.setExpectedNoStream(new empty.Empty());
  else details.setExpectedStreamPosition(String(expected));
  return refusal(ALREADY_EXISTS, 'WrongExpectedVersion', details);
}

export function problem(what: AppendProblem): Refusal {
  switch (what) {
    case 'timeout':
      return refusal(DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout());
    case 'access-denied':
      return refusal(PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied());
    case 'unknown':
      return refusal(UNKNOWN, 'Unknown', new shared.Unknown());
    case 'bad-request':
      return withoutMetadata();
    // The last three have no code and no details of their own, only their text.
    case 'busy':
      return refusal(OK, 'Server Is Busy');
    case 'not-ready':
      return refusal(OK, 'Server Is Not Ready');
    case 'no-leader':
      return refusal(OK, 'No leader info available in response');
  }
}

type Details = { serializeBinary(): Uint8Array; constructor: { name: string } };

const NAMES = new Map<unknown, string>([
  [shared.WrongExpectedVersion, 'event_store.client.WrongExpectedVersion'],
  [shared.StreamDeleted, 'event_store.client.StreamDeleted'],
  [shared.AccessDenied, 'event_store.client.AccessDenied'],
  [shared.Timeout, 'event_store.client.Timeout'],
  [shared.Unknown, 'event_store.client.Unknown'],
  [shared.MaximumAppendSizeExceeded, 'event_store.client.MaximumAppendSizeExceeded'],
  [shared.BadRequest, 'event_store.client.BadRequest'],
  [empty.Empty, 'google.protobuf.Empty'],
]);

function refusal(code: number, text: string, details: Details = new empty.Empty()): Refusal {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), NAMES.get(details.constructor)!);
  const message = new status.Status();
  message.setCode(code);
  message.setMessage(text);
  message.setDetails(packed);
  return message;
}

// Soft delete and tombstone. Each checks the expected revision as an append of nothing would.
import { decide, type ExpectedState } from './append-rules.js';
import type { OpenCall } from './call.js';
import { notLeader, streamDeleted, wrongExpectedVersion } from './faults.js';
import { streamOf, streams } from './messages.js';
import type { NodeContext } from './node-context.js';

type Request = InstanceType<typeof streams.DeleteReq> | InstanceType<typeof streams.TombstoneReq>;

/** Answers with the position of what was written, or fails the call. */
export async function deleteStream(
  at: 'delete' | 'tombstone',
  request: Request,
  open: OpenCall,
  { log, otherLeader }: NodeContext,
  answer: (position: bigint) => void,
): Promise<void> {
  const options = request.getOptions()!;
  const stream = streamOf(options.getStreamIdentifier());
  const expected: ExpectedState = options.hasNoStream()
    ? 'no_stream'
    : options.hasAny()
      ? 'any'
      : options.hasStreamExists()
        ? 'stream_exists'
        : BigInt(options.getRevision());
  if (!(await open.passes({ at, stream }))) return;
  const leader = otherLeader();
  if (leader && open.requiresLeader) return open.fail(notLeader(leader));
  if (log.isTombstoned(stream)) return open.fail(streamDeleted(stream));
  const decision = decide(log, stream, expected, []);
  if (decision.outcome === 'stream-deleted') return open.fail(streamDeleted(stream));
  if (decision.outcome === 'wrong-expected-version')
    return open.fail(wrongExpectedVersion(stream, String(expected), decision.current));
  const written = at === 'delete' ? log.softDelete(stream) : log.tombstone(stream);
  if (await open.passes({ at, when: 'after', stream })) answer(written.position);
}

// Reads with a count: of a stream or of $all, forwards or backwards, from a place that is included (backwards in $all: left out).
import { setImmediate as nextTurn } from 'node:timers/promises';
import { streamDeleted } from './faults.js';
import type { OpenCall } from './call.js';
import { filterOf } from './filter.js';
import { identifierOf, streamOf, streams } from './messages.js';
import type { LogRecord } from './log.js';
import type { NodeContext } from './node-context.js';
import type { Outlet } from './send.js';

type Options = InstanceType<typeof streams.ReadReq.Options>;

const { BACKWARDS } = streams.ReadReq.Options.ReadDirection;
/** Records skipped in one go, so that a filter that lets nothing pass does not stop the node. */
const STRIDE = 2_000;

export async function readCounted(options: Options, open: OpenCall, out: Outlet, node: NodeContext): Promise<void> {
  const stream = options.getStream();
  const name = streamOf(stream?.getStreamIdentifier());
  if (stream && node.log.isTombstoned(name)) return open.fail(streamDeleted(name));
  const records = stream ? inStream(options, name, node) : inAll(options, node);
  if (!records) {
    const answer = new streams.ReadResp();
    const notFound = new streams.ReadResp.StreamNotFound();
    notFound.setStreamIdentifier(identifierOf(name));
    answer.setStreamNotFound(notFound);
    await out.send(answer);
    return open.end();
  }
  let left = BigInt(options.getCount());
  let skipped = 0;
  for (const record of records) {
    if (left === 0n) break;
    if (record === undefined) {
      if (++skipped % STRIDE === 0) await nextTurn();
      continue;
    }
    left -= 1n;
    if (!(await out.sendEvent(record))) return;
  }
  if (stream && (options.getControlOption()?.getCompatibility() ?? 0) >= 1) {
    const answer = new streams.ReadResp();
    answer.setLastStreamPosition(String(node.log.last(name)));
    await out.send(answer);
  }
  if (!out.signal.aborted) open.end();
}

/** Nothing when the stream does not exist for readers. */
function inStream(options: Options, name: string, { log, view }: NodeContext): Iterable<LogRecord> | undefined {
  const place = options.getStream()!;
  const [first, last] = [log.firstVisible(name), log.last(name)];
  const head = log.raw(name, last);
  if (last < 0n || log.isSoftDeleted(name) || (head && !view.sees(head) && last === 0n)) return undefined;
  const backwards = options.getReadDirection() === BACKWARDS;
  const asked = place.hasRevision() ? BigInt(place.getRevision()) : place.hasEnd() ? last : 0n;
  const start = backwards ? (asked < last ? asked : last) : asked > first ? asked : first;
  return (function* () {
    for (let at = start; at >= first && at <= last; at += backwards ? -1n : 1n) {
      const record = log.raw(name, at);
      if (record && view.sees(record)) yield record;
    }
  })();
}

/** Undefined stands for a record that the filter holds back. */
function* inAll(options: Options, { log, view }: NodeContext): Iterable<LogRecord | undefined> {
  const place = options.getAll()!;
  const filter = filterOf(options);
  const position = place.getPosition();
  const backwards = options.getReadDirection() === BACKWARDS;
  const end = view.count();
  const asked = position ? Math.min(log.indexOf(BigInt(position.getCommitPosition())), end) : place.hasEnd() ? end : 0;
  const { records } = log; // as it was when the read began
  for (let at = backwards ? asked - 1 : asked; at >= 0 && at < end; at += backwards ? -1 : 1) {
    const record = records[at]!;
    yield !filter || filter.passes(record) ? record : undefined;
  }
}

// Subscriptions: catch up in pages, say so, then follow. Positions and revisions to start from are left out of what is sent.
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { streamDeleted } from './faults.js';
import type { OpenCall } from './call.js';
import { filterOf, type Filter } from './filter.js';
import { streamOf, streams, timestampOf } from './messages.js';
import type { NodeContext } from './node-context.js';
import type { Outlet } from './send.js';

type Options = InstanceType<typeof streams.ReadReq.Options>;

/** How far the log may run ahead of a live subscriber before it has to catch up again. */
const LIVE_WINDOW = 32;
const PAGE = 32;
/** Before anything in the log. */
const NOWHERE = -1n;

export async function subscribe(options: Options, open: OpenCall, out: Outlet, node: NodeContext): Promise<void> {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(randomUUID());
  const answer = new streams.ReadResp();
  answer.setConfirmation(confirmation);
  if (!(await out.send(answer))) return;
  if (options.getStream()) await followStream(options, open, out, node);
  else await followAll(options, out, node);
}

async function followAll(options: Options, out: Outlet, node: NodeContext): Promise<void> {
  const { log, view } = node;
  const filter = filterOf(options);
  const place = options.getAll()!;
  const asked = place.getPosition()?.getCommitPosition();
  const head = log.records[view.count() - 1]?.position ?? NOWHERE;
  let sent = asked !== undefined ? BigInt(asked) : place.hasEnd() ? head : NOWHERE;
  if (sent < head) sent = await catchUp(sent, filter, out, node);
  while (!out.signal.aborted) {
    await out.send(caughtUp(sent));
    sent = await followLive(sent, filter, out, node);
    sent = await catchUp(sent, filter, out, node);
  }
}

/**
 * Page by page to the end of what can be seen. A checkpoint follows every interval of considered records, and one comes at the end; it
 * names the last event sent or the beginning of a page, never what the filter held back after that.
 */
async function catchUp(from: bigint, filter: Filter | undefined, out: Outlet, node: NodeContext): Promise<bigint> {
  const { log, view } = node;
  let checkpoint = from;
  let considered = 0;
  for (let start = from < 0n ? 0n : from, pages = 1; !out.signal.aborted; pages += 1) {
    const { records } = log; // a page is read at once: what a scavenge takes meanwhile may still be sent
    const [first, end] = [log.indexOf(start), view.count()];
    const stop = Math.min(end, first + (filter?.window ?? PAGE));
    let at = first;
    for (; at < stop && !out.signal.aborted; at += 1) {
      const record = records[at]!;
      if (record.position <= checkpoint || (filter && !filter.passes(record))) continue;
      await out.sendEvent(record);
      checkpoint = record.position;
    }
    if (checkpoint < start && at > first) checkpoint = start;
    considered += at - first;
    if (at >= end) break;
    if (filter && considered >= filter.checkpointInterval) {
      considered %= filter.checkpointInterval;
      await out.send(checkpointAt(checkpoint));
    }
    start = records[at]!.position;
    if (pages % 64 === 0) await nextTurn();
  }
  if (filter && checkpoint !== NOWHERE) await out.send(checkpointAt(checkpoint));
  return checkpoint;
}

/** Record by record as they become visible, until the subscriber falls behind. */
async function followLive(from: bigint, filter: Filter | undefined, out: Outlet, node: NodeContext): Promise<bigint> {
  const { log, view } = node;
  let sent = from;
  let seen = from;
  let considered = 0;
  while (!out.signal.aborted) {
    const next = log.indexOf(seen + 1n);
    if (next >= view.count()) await view.changed(out.signal);
    else if (view.count() - next > LIVE_WINDOW) break;
    else {
      const record = log.records[next]!;
      seen = record.position;
      if (!filter || filter.passes(record)) {
        await out.sendEvent(record);
        sent = record.position;
      }
      considered += 1;
      if (filter && considered % filter.checkpointInterval === 0) {
        await out.send(checkpointAt(seen));
        sent = seen;
      }
    }
  }
  return sent;
}

async function followStream(options: Options, open: OpenCall, out: Outlet, node: NodeContext): Promise<void> {
  const { log, view } = node;
  const place = options.getStream()!;
  const name = streamOf(place.getStreamIdentifier());
  let next = place.hasRevision() ? BigInt(place.getRevision()) + 1n : place.hasEnd() ? log.last(name) + 1n : 0n;
  let live = false;
  while (!out.signal.aborted) {
    if (log.isTombstoned(name)) return open.fail(streamDeleted(name));
    if (next < log.firstVisible(name) && log.firstVisible(name) <= log.last(name)) next = log.firstVisible(name);
    const record = log.raw(name, next);
    if (record && view.sees(record)) {
      await out.sendEvent(record);
      next += 1n;
    } else if (!live) {
      live = true;
      await out.send(caughtUp(undefined, next - 1n));
    } else await view.changed(out.signal);
  }
}

function caughtUp(position: bigint | undefined, revision = NOWHERE): InstanceType<typeof streams.ReadResp> {
  const message = new streams.ReadResp.CaughtUp();
  message.setTimestamp(timestampOf(new Date()));
  if (position !== undefined && position !== NOWHERE) message.setPosition(positionOf(position));
  if (revision !== NOWHERE) message.setStreamRevision(String(revision));
  const answer = new streams.ReadResp();
  answer.setCaughtUp(message);
  return answer;
}

function checkpointAt(position: bigint): InstanceType<typeof streams.ReadResp> {
  const message = new streams.ReadResp.Checkpoint();
  message.setTimestamp(timestampOf(new Date()));
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  const answer = new streams.ReadResp();
  answer.setCheckpoint(message);
  return answer;
}

function positionOf(position: bigint): InstanceType<typeof streams.ReadResp.Position> {
  const message = new streams.ReadResp.Position();
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  return message;
}

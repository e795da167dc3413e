import { decisionEntry } from '../ledger/decide-and-append.js';
import { type Closable, contentsOf } from './close-contents.js';
import type { CloseDeps } from './close-deps.js';
import { contentsStream } from './closing-store.js';
import type { Proposal } from './period.js';

/**
 * Writes what a close stores, an entry after the other, into the stream that its digest names. The same contents give the same entries,
 * so what a process that died has written is found, not written again. Returns the stream.
 */
export async function writeContents(
  { ledger, clock, contentMac }: Pick<CloseDeps, 'ledger' | 'clock' | 'contentMac'>,
  { period, digest, by }: Pick<Proposal, 'period' | 'digest' | 'by'>,
  closable: Closable,
): Promise<string> {
  const stream = contentsStream(period, digest);
  const [last] = (await ledger.readStream(stream)).slice(-1);
  const context = { now: last?.occurredAt ?? clock(), actor: by, correlationId: digest, contentMac };
  let revision = 0;
  for await (const data of contentsOf(closable)) {
    if (revision > (last?.revision ?? -1)) {
      const entry = decisionEntry(stream, revision, { type: 'CloseContents', data }, context);
      await ledger.append(stream, revision === 0 ? 'no_stream' : revision - 1, [entry]);
    }
    revision += 1;
  }
  return stream;
}

import { Problem } from '../kernel/errors.js';
import { decisionEntry } from '../ledger/decide-and-append.js';
import { type Closable, ContentsDigest, contentsOf } from './close-contents.js';
import type { CloseDeps } from './close-deps.js';
import { contentsStream } from './closing-store.js';
import type { Proposal } from './period.js';

/**
 * Writes what a close stores, an entry after the other, into the stream that its digest names. The same contents give the same entries,
 * so what a process that died has written is found, not written again. Returns the stream. Throws Problem `wrong_state` when it read others
 * than the digest is of.
 */
export async function writeContents(
  { ledger, clock, contentMac }: Pick<CloseDeps, 'ledger' | 'clock' | 'contentMac'>,
  { period, digest, by }: Pick<Proposal, 'period' | 'digest' | 'by'>,
  closable: Closable,
): Promise<string> {
  const stream = contentsStream(period, digest);
  const digested = new ContentsDigest();
  const [last] = (await ledger.readStream(stream)).slice(-1);
  const context = { now: last?.occurredAt ?? clock(), actor: by, correlationId: digest, contentMac };
  let revision = 0;
  for await (const data of contentsOf(closable)) {
    digested.add(data);
    if (revision > (last?.revision ?? -1)) {
      const entry = decisionEntry(stream, revision, { type: 'CloseContents', data }, context);
      await ledger.append(stream, revision === 0 ? 'no_stream' : revision - 1, [entry]);
    }
    revision += 1;
  }
  // The model or the books may have been made anew by another process while this was read: then nothing may be closed with it.
  if (digested.hex() !== digest)
    throw new Problem('wrong_state', 'The numbers changed while they were written down. Propose the close again.');
  return stream;
}

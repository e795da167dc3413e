import { Problem } from '../../kernel/errors.js';
import { type DecisionContext, decisionEntry } from '../../ledger/decide-and-append.js';
import type { Entry, StreamName } from '../../ledger/ledger.js';
import { type Closable, ContentsDigest, contentsOf } from './close-contents.js';
import type { CloseDeps } from '../close-deps.js';
import { contentsStream } from './closing-store.js';
import type { Proposal } from '../period.js';

type Deps = Pick<CloseDeps, 'ledger' | 'clock' | 'contentMac'>;
type Named = Pick<Proposal, 'period' | 'digest' | 'by'>;

const ATTEMPTS_MAX = 9;

/**
 * Writes what a close stores, an entry after the other, into a stream that its digest names. The same contents give the same entries, so
 * what a process that died has written is found, not written again; where that read other numbers, another stream is begun. Returns the
 * stream. Throws Problem `wrong_state` when it read others than the digest is of.
 */
export async function writeContents(
  deps: Deps,
  proposal: Named,
  closable: () => Promise<Closable>,
): Promise<StreamName> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const stream = contentsStream(proposal.period, proposal.digest, attempt);
    if (await written(deps, stream, proposal, await closable())) return stream;
  }
  throw new Problem('wrong_state', 'Earlier attempts wrote other numbers than these. Propose the close again.');
}

/** False when the stream has other contents. */
async function written(
  { ledger, clock, contentMac }: Deps,
  stream: StreamName,
  { digest, by }: Named,
  closable: Closable,
): Promise<boolean> {
  const digested = new ContentsDigest();
  let begun: Date | undefined;
  let isThere = true; // up to where somebody wrote before
  let revision = 0;
  for await (const data of contentsOf(closable)) {
    const known: Entry | undefined = isThere
      ? (await ledger.readStream(stream, { from: revision, limit: 1 }))[0]
      : undefined;
    isThere = known !== undefined;
    begun ??= known?.occurredAt ?? clock();
    const context: DecisionContext = { now: begun, actor: by, correlationId: digest, contentMac };
    const entry = decisionEntry(stream, revision, { type: 'CloseContents', data }, context);
    if (known && known.body !== entry.body) return false;
    if (!known) await ledger.append(stream, revision === 0 ? 'no_stream' : revision - 1, [entry]);
    digested.add(data);
    revision += 1;
  }
  // The model or the books may have been made anew by another process while this was read: then nothing may be closed with it.
  if (digested.hex() !== digest)
    throw new Problem('wrong_state', 'The numbers changed while they were written down. Propose the close again.');
  return true;
}

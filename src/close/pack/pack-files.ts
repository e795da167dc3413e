import { createHash, createPublicKey, sign } from 'node:crypto';
import type { Position } from '../../ledger/ledger.js';
import { wholeSubtrees } from '../../ledger/merkle.js';
import { checkpointJson, fingerprintOf } from '../../ledger/seal-proofs.js';
import { pagesOf } from '../../ledger/pages-of.js';
import { nodeReader, proveInclusion, signedNote, type SealStore } from '../../ledger/seal.js';
import { jsonl } from '../exports/jsonl.js';
import { withReceipts } from '../export/with-receipts.js';
import { JournalTotals } from './journal-totals.js';
import { type PackFile, type PackSource, packedEntry } from './pack-facts.js';
import { README } from './readme.js';

export const PACK_FORMAT = 'truth-ledger/pack/1';
const ENTRIES_PER_FILE = 20_000;
const CHUNK_CHARACTERS = 64 * 1024;
const EARLIER_AT_ONCE = 500;

/**
 * The files of a pack, one after the other, each as it is read: memory holds the sums of the journal and the ids of earlier entries that
 * lines stand on, and nothing else that grows. The manifest, which lists them with their hashes, and its signature come last.
 */
export async function* packFiles(source: PackSource): AsyncGenerator<PackFile> {
  const listed: { name: string; bytes: number; sha256: string }[] = [];
  for await (const { name, chunks } of contents(source)) {
    const hash = createHash('sha256');
    let bytes = 0;
    async function* counted(): AsyncGenerator<string | Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
        yield chunk;
      }
    }
    yield { name, chunks: counted() };
    listed.push({ name, bytes, sha256: hash.digest('hex') });
  }
  const { facts, signingKey, checkpoint, createdAt } = source;
  const publicKey = createPublicKey(signingKey);
  const manifest = pretty({
    format: PACK_FORMAT,
    origin: checkpoint.origin,
    period: facts.period,
    state: facts.state,
    version: facts.version,
    created_at: createdAt.toISOString(),
    container: source.container, // signed, so that a zip without its own signature is found
    public_key: publicKey.export({ type: 'spki', format: 'pem' }),
    fingerprint: fingerprintOf(publicKey),
    files: listed,
  });
  yield file('manifest.json', manifest);
  yield file('manifest.sig', `${sign(null, Buffer.from(manifest), signingKey).toString('base64')}\n`);
}

async function* contents(source: PackSource): AsyncGenerator<PackFile> {
  const { facts, checkpoint, signingKey, verifier, bodies, journal } = source;
  const { after, through } = facts;
  const totals = new JournalTotals(after);
  yield file('README.txt', README);
  yield file('verify-pack.mjs', verifier);
  yield file(
    'parameters.json',
    pretty({
      period: facts.period,
      state: facts.state,
      version: facts.version,
      as_of: journal.up_to,
      digest: journal.digest,
      range: { after, through },
      bodies,
      ...facts.parameters,
    }),
  );
  yield file('numbers.json', pretty(facts.numbers));
  yield file('statements.json', pretty(facts.statements));
  yield file('tie-out.json', pretty(facts.tieOut));
  for (const { entry_id, position } of facts.tieOut.results) if (position <= after) totals.earlier.add(entry_id);
  yield { name: 'journal.jsonl', chunks: journalChunks(source, totals) };
  yield file('totals.json', pretty(totals.json()));
  yield file('checkpoint.json', pretty(checkpointJson(checkpoint)));
  yield file('checkpoint.note', signedNote(checkpoint, signingKey));
  yield file('proof.json', pretty(await rangeProof(source.seals, after, through, checkpoint.size)));
  for (let first = after + 1, number = 1; first <= through; first += ENTRIES_PER_FILE, number += 1) {
    const last = Math.min(first + ENTRIES_PER_FILE - 1, through);
    yield { name: `entries/${String(number).padStart(6, '0')}.jsonl`, chunks: entryChunks(source, first, last) };
  }
  yield { name: 'earlier.jsonl', chunks: earlierChunks(source, [...totals.earlier]) };
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const file = (name: string, text: string): PackFile => ({
  name,
  chunks: (async function* () {
    await Promise.resolve();
    yield text;
  })(),
});

async function* journalChunks({ journal, facts, ledger }: PackSource, totals: JournalTotals): AsyncGenerator<string> {
  const writer = jsonl.open({ period: facts.period, account: () => undefined });
  let text = '';
  for await (const line of withReceipts(journal.lines, ledger)) {
    totals.add(line);
    text += String(writer.line(line));
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield text;
}

async function* entryChunks({ ledger, bodies }: PackSource, first: Position, last: Position): AsyncGenerator<string> {
  let text = '';
  for await (const { entries } of pagesOf(ledger.readFeed.bind(ledger), first - 1, 500)) {
    for (const entry of entries) {
      if (entry.position > last) break;
      text += `${JSON.stringify(packedEntry(entry, bodies))}\n`;
      if (text.length < CHUNK_CHARACTERS) continue;
      yield text;
      text = '';
    }
    if ((entries.at(-1)?.position ?? last) >= last) break;
  }
  yield text;
}

/** Entries before the range that lines stand on, each with its own proof. */
async function* earlierChunks(
  { ledger, seals, checkpoint, bodies }: PackSource,
  ids: string[],
): AsyncGenerator<string> {
  for (let at = 0; at < ids.length; at += EARLIER_AT_ONCE) {
    const entries = await ledger.findMany(ids.slice(at, at + EARLIER_AT_ONCE));
    for (const entry of entries.sort((a, b) => a.position - b.position)) {
      const { path } = await proveInclusion(seals, entry.position, checkpoint);
      const proven = { ...packedEntry(entry, bodies), path: path.map((hash) => hash.toString('hex')) };
      yield `${JSON.stringify(proven)}\n`;
    }
  }
}

/**
 * What leads from the entries of a range to the root: the whole subtrees on their left and on their right. It proves that the entries are
 * all of their range, and in their order.
 */
async function rangeProof(
  seals: Pick<SealStore, 'nodes' | 'storedHashes'>,
  after: Position,
  through: Position,
  size: number,
) {
  const node = nodeReader(seals);
  const hashes = async (from: number, to: number): Promise<string[]> => {
    const read = await Promise.all(wholeSubtrees(from, to).map(({ level, index }) => node(level, index)));
    return read.map((hash) => hash.toString('hex'));
  };
  return { after, through, size, left: await hashes(0, after), right: await hashes(through, size) };
}

import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { Problem } from '../kernel/errors.js';
import type { Ledger } from './ledger.js';
import { type Checkpoint, proveConsistency, proveInclusion, rootAt, type SealStore, signedNote } from './seal.js';

/** What the API says of seals: plain objects in snake_case, hashes hexadecimal, signatures base64. */
export function sealProofs(ledger: Pick<Ledger, 'find'>, store: SealStore, signingKey: KeyObject) {
  const publicKey = createPublicKey(signingKey);
  return {
    /** Of an entry under the newest seal; undefined when it is unknown or not sealed yet. */
    async proof(entryId: string): Promise<Record<string, unknown> | undefined> {
      const entry = await ledger.find(entryId);
      const checkpoint = await store.latest();
      if (!entry || !checkpoint || entry.position > checkpoint.size) return undefined;
      const { storedHash, path: siblings } = await proveInclusion(store, entry.position, checkpoint);
      return {
        entry_id: entryId,
        position: entry.position,
        stored_hash: storedHash.toString('hex'),
        path: siblings.map((hash) => hash.toString('hex')),
        checkpoint: checkpointJson(checkpoint),
      };
    },
    /** Proof that the ledger of size `to`, the newest sealed one when absent, continues that of size `from`. Throws Problem `invalid_request`. */
    async consistency({ from, to }: { from: number; to?: number | undefined }) {
      const sealed = (await store.latest())?.size ?? 0;
      const until = to ?? sealed;
      if (from > until) throw new Problem('invalid_request', `from must not be above to, which is ${until}.`);
      if (until > sealed)
        throw new Problem('invalid_request', `${sealed} entries are sealed; to must not be above that.`);
      const proof = await proveConsistency(store, from, until);
      const [first, last] = await Promise.all([rootAt(store, from), rootAt(store, until)]);
      return {
        from: { size: from, root: first.toString('hex') },
        to: { size: until, root: last.toString('hex') },
        path: proof.map((hash) => hash.toString('hex')),
      };
    },
    /** Signed checkpoints in the order of their sizes. */
    async checkpoints({ cursor, limit = 100 }: { cursor?: string | undefined; limit?: number }) {
      if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
        throw new Problem('invalid_request', 'the cursor is not one of this list');
      const page = await store.after(Number(cursor ?? 0), limit + 1);
      const shown = page.slice(0, limit);
      return {
        data: shown.map((checkpoint) => ({ ...checkpointJson(checkpoint), note: signedNote(checkpoint, signingKey) })),
        next_cursor: page.length > limit ? String(shown.at(-1)!.size) : null,
      };
    },
    /** What signatures are checked with; it is the same for the life of the ledger. */
    publicKey: () => ({
      algorithm: 'ed25519',
      public_key: publicKey.export({ type: 'spki', format: 'pem' }),
      fingerprint: fingerprintOf(publicKey),
    }),
  };
}

/** SHA-256 of the raw public key: what people compare. */
export const fingerprintOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
    .digest('hex');

export const checkpointJson = ({ origin, size, root, signedAt, signature }: Checkpoint) => ({
  origin,
  size,
  root: root.toString('hex'),
  signed_at: signedAt.toISOString(),
  signature: signature.toString('base64'),
});

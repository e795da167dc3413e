import { z } from 'zod';

// What the routes of seals and proofs answer, for the OpenAPI document.

const time = z.string().meta({ format: 'date-time' });
const count = z.int();
const sizedRoot = z.object({ size: count, root: z.string().meta({ description: 'Hexadecimal.' }) });

export const ConsistencyReply = z
  .object({ from: sizedRoot, to: sizedRoot, path: z.array(z.string()) })
  .meta({ id: 'Consistency' });
export const CheckpointPage = z
  .object({
    data: z.array(
      z.object({
        origin: z.string(),
        size: count,
        root: z.string(),
        signed_at: time,
        signature: z.string().meta({ description: 'Ed25519, base64.' }),
        note: z.string().meta({ description: 'The same as a signed note, as the witness gets it.' }),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'CheckpointPage' });
export const SealKeyReply = z
  .object({
    algorithm: z.literal('ed25519'),
    public_key: z.string().meta({ description: 'PEM.' }),
    fingerprint: z.string().meta({ description: 'SHA-256 of the raw key, hexadecimal.' }),
  })
  .meta({ id: 'SealKey' });

const Finding = z.object({
  verdict: z.enum(['edit', 'deletion', 'insertion', 'reordering', 'truncation', 'rewritten', 'seal', 'checkpoint']),
  position: count,
  until: count.optional(),
  detail: z.string(),
});
export const VerificationPage = z
  .object({
    data: z.array(
      z
        .object({
          ok: z.boolean(),
          started_at: time,
          finished_at: time,
          ledger: z.object({
            ok: z.boolean(),
            entries: count,
            sealed: count.meta({ description: 'Up to this position the entries lead to a signed root.' }),
            checkpoints: count,
            witnessed: count.meta({
              description: 'Notes of the witness file that were compared; 0: there was none where it was verified.',
            }),
            entered: count.optional().meta({
              description: 'Entries that name a signed root, each held against the entries before it.',
            }),
            root: z.string().meta({ description: 'Hexadecimal.' }),
            findings: z.array(Finding).meta({ description: 'The first of them.' }),
            count: count.meta({ description: 'Of all findings.' }),
          }),
          model: z.object({
            ok: z.boolean(),
            position: count,
            state_hash: z.string(),
            rebuilt_state_hash: z.string(),
            differences: z.record(z.string(), count).meta({ description: 'How many by kind.' }),
            findings: z
              .array(z.object({ kind: z.string(), detail: z.string() }))
              .optional()
              .meta({ description: 'The first about closed periods, where there are any.' }),
          }),
          position: count.meta({ description: 'Of the entry that records it.' }),
          recorded_at: time,
          actor: z.string(),
        })
        .meta({ id: 'Verification' }),
    ),
    next_cursor: z.null(),
  })
  .meta({ id: 'VerificationPage' });
const started = { job_id: z.string().meta({ description: 'In /v1/jobs while it waits or runs.' }) };
export const VerificationStarted = z.object(started).meta({ id: 'VerificationStarted' });
export const SealStarted = z.object(started).meta({ id: 'SealStarted' });

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

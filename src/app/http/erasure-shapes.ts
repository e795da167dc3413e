import { z } from 'zod';
import { REASON_MAX } from '../../ingest/dismiss.js';
import { holdsEmail } from '../../ledger/vault/email-address.js';
import { only, paging, text } from './queries.js';
import { page } from './replies.js';

const ONE_OF = 'Exactly one of customer, user_id and email.';

export const ErasureRequest = only(
  {
    customer: text(256)
      .optional()
      .meta({
        description: `Any identifier of a customer, as in GET /v1/customers/{id}. ${ONE_OF}`,
        example: 'user:u1',
      }),
    user_id: text(256)
      .optional()
      .meta({ description: `Also of somebody who is no customer yet. ${ONE_OF}` }),
    email: text(330)
      .optional()
      .meta({ description: `An address; it is hashed here, and neither stored nor logged. ${ONE_OF}` }),
    reason: text(REASON_MAX)
      .refine((reason) => !holdsEmail(reason), 'may hold no e-mail address: it goes into the ledger as it is')
      .meta({ description: 'A sentence. It goes into the ledger as it is.' }),
  },
  'field',
).meta({ id: 'ErasureRequest' });

export const ErasuresQuery = only(paging);

const count = z.int().min(0);
const erasure = {
  id: z.string().meta({ description: 'Of the decision in the ledger, `PersonErased`.' }),
  state: z.enum(['running', 'done']),
  asked_by: z.enum(['customer', 'user_id', 'email']),
  reason: z.string(),
  by: z.string().meta({ description: 'The name of the key of whoever asked for it.' }),
  actor: z.string(),
  decided_at: z.string().meta({ format: 'date-time' }),
  position: count,
  identifiers: count.meta({ description: 'How many identifiers of the person it names, as keyed tags.' }),
  reached: z
    .object({
      entries: count,
      dead_letters: count,
      tracked_events: count,
      reject_samples: count,
      keys_deleted: count,
    })
    .meta({
      description:
        'What speaks of the person and had sealed fields, and how many of the keys were still there. Grows with entries that come later.',
    }),
  searched_until: count.meta({ description: 'Up to which position the ledger was gone through for this person.' }),
  finished_at: z.string().nullable().meta({ format: 'date-time' }),
  vacuumed_at: z.string().nullable().meta({
    format: 'date-time',
    description:
      'When `VACUUM` had freed the place of the deleted keys on the disk, some time after they were gone for every query; null before, and where there were none.',
  }),
};

export const ErasureReply = z.object(erasure).meta({ id: 'Erasure' });
export const ErasurePage = page(ErasureReply, 'ErasurePage');
export const ErasureAnswer = z
  .object({
    ...erasure,
    recorded: z.boolean().meta({ description: 'False when they were erased before, and nothing was added.' }),
  })
  .meta({ id: 'ErasureAnswer' });

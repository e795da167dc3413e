import { z } from 'zod';
import { REASON_MAX } from '../../ingest/dismiss.js';
import { holdsEmail } from '../../ledger/vault/email-address.js';
import { only, text } from './queries.js';

// Everything of a command goes into its audit line: nothing there may be a person's address.
const identifier = text(256).refine(
  (id) => !holdsEmail(id),
  'may be no e-mail address; GET /v1/customers/{address} shows the identifier of one',
);

const kind = z.enum(['join', 'separate'], 'must be join or separate');

export const IdentityDecisionRequest = only(
  {
    kind: kind.meta({ description: '`join`: one person. `separate`: two, whatever facts say.' }),
    a: identifier.meta({ description: 'An identifier, such as user:u1 or stripe:cus_1.', example: 'user:u1' }),
    b: identifier.meta({ description: 'The other one.', example: 'stripe:cus_1' }),
    reason: text(REASON_MAX).refine(
      (reason) => !holdsEmail(reason),
      'may hold no e-mail address: it goes into the ledger as it is',
    ),
  },
  'field',
).meta({ id: 'IdentityDecisionRequest' });

export const IdentityDecisionReply = z
  .object({
    kind,
    a: z.string(),
    b: z.string(),
    reason: z.string(),
    number: z.int().meta({ description: 'Counts the decisions on this pair; the last one holds.' }),
    recorded: z.boolean().meta({ description: 'False when that was decided already.' }),
    entry_id: z.string(),
    position: z.int(),
  })
  .meta({ id: 'IdentityDecision' });

import { z } from 'zod';
import { page } from './replies.js';

// What became of what came in.

const time = z.string().meta({ format: 'date-time' });
const count = z.int();

const deadLetter = {
  id: z.string(),
  reason: z.string(),
  door: z.string(),
  origin: z.string(),
  account: z.string(),
  origin_event_id: z.string().nullable(),
  type: z.string().nullable(),
  errors: z.array(z.string()),
  entry_id: z.string().nullable(),
  received_at: time,
  resolved_at: time.nullable(),
  resolution: z.string().nullable().meta({ description: 'What settled it.' }),
  dismissed_at: time.nullable(),
  blocks: z.boolean(),
};
export const DeadLetterReply = z.looseObject(deadLetter).meta({ id: 'DeadLetter' });
export const DeadLetterWholeReply = z
  .looseObject({
    ...deadLetter,
    body: z.unknown().meta({ description: 'What was received, its personal values sealed; null where none was kept.' }),
    content_type: z.string().nullable(),
    job: z.record(z.string(), z.string()).nullable().meta({ description: 'The settings of a job that failed.' }),
    deliveries: count.meta({ description: 'How often the same thing came.' }),
    last_received_at: time,
    replays: count,
  })
  .meta({ id: 'DeadLetterWhole' });
export const DeadLetterPage = page(DeadLetterReply, 'DeadLetterPage');
export const OutcomeReply = z
  .object({
    outcome: z.enum(['recorded', 'duplicate', 'conflict', 'rejected', 'enqueued']),
    status: z.int(),
    code: z.string().optional(),
    errors: z.array(z.string()).optional(),
    entry_id: z.string().optional(),
    dead_letter_id: z.string().optional(),
  })
  .meta({ id: 'Outcome' });
export const OutcomesReply = z
  .union([OutcomeReply, z.object({ results: z.array(OutcomeReply) })])
  .meta({ id: 'Outcomes' });
// Added to the document by hand, under its name: with an id it would be a reference into itself.
export const CollectReplyBody = z.looseObject({
  accepted: count,
  duplicates: count,
  rejected: z.record(z.string(), count),
});

export const CompletenessPage = z
  .object({
    from: z.string(),
    to: z.string(),
    data: z.array(
      z.looseObject({
        provider: z.string(),
        hour: time,
        status: z.enum(['complete', 'healed', 'missing', 'unchecked', 'not_listed']),
        listed: count.optional(),
        expected: count.optional(),
        delivered: count.optional(),
        healed: count.optional(),
        missing: count.optional(),
        healed_ids: z.array(z.string()).optional(),
        missing_ids: z.array(z.string()).optional(),
        deliveries: count,
        checked_at: time.nullable(),
      }),
    ),
    next_cursor: z.string().nullable(),
    providers: z.array(
      z.looseObject({
        provider: z.string(),
        listed_since: time.nullable(),
        unchecked_hours: count,
        missing: count,
        healed: count,
        shortened: count.meta({ description: 'Webhooks that were too large and are not completed.' }),
        given_up: count.meta({
          description:
            'Of these, those that are not asked for again by themselves; without those of a provider that has no list to ask, as Adyen, or Stripe without a key.',
        }),
        last_delivery_at: time.nullable(),
        silent: z.boolean(),
        failed_at: time.optional(),
        error: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'CompletenessPage' });
export const BackfillReply = z.object({ provider: z.string(), hours: count }).meta({ id: 'Backfill' });

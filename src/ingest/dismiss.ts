import type { Clock } from '../kernel/clock.js';
import { Problem } from '../kernel/errors.js';
import { decideAndAppend, type Folding } from '../ledger/decide-and-append.js';
import type { Ledger } from '../ledger/ledger.js';
import { decisionStream } from '../ledger/streams.js';
import type { Vault } from '../ledger/vault.js';
import { holdsEmail } from '../ledger/vault/email-address.js';
import type { Database } from '../storage/database.js';
import type { DeadLetter, Dismissal } from './ingest.js';

export const REASON_MAX = 500; // characters

// The name and the fields of the data are the stored format.
interface Event {
  type: 'DeadLetterDismissed';
  data: { id: string; letter: string; door: string; origin: string; entry_id: string | null; reason: string };
}

const folding: Folding<Event['data'] | undefined, Event> = { initial: undefined, evolve: (_, { data }) => data };

/** Throws Problem `invalid_request` for a reason that may not stand in the ledger. */
export function checkReason(reason: string): void {
  if (reason.trim() === '' || reason.length > REASON_MAX)
    throw new Problem('invalid_request', `Give a reason of 1 to ${REASON_MAX} characters.`);
  if (holdsEmail(reason))
    throw new Problem('invalid_request', 'The reason goes into the ledger as it is: it may hold no e-mail address.');
}

export interface DismissDeps {
  ledger: Ledger;
  database: Database;
  vault: Pick<Vault, 'contentMac'>;
  clock: Clock;
}

/**
 * Decides that nothing has to follow from a letter, and records that in the ledger, once; then marks the letter. Killed between the two,
 * the next call marks it. Throws Problem `invalid_request` for a reason that may not stand in the ledger, `unavailable`.
 */
export async function dismissLetter(
  { ledger, database, vault, clock }: DismissDeps,
  letter: DeadLetter,
  { reason, actor, correlationId }: Dismissal,
): Promise<void> {
  if (letter.resolvedAt !== null && letter.dismissedAt === null) return; // settled in another way
  checkReason(reason);
  const { id, reason: why, door, origin, entryId } = letter;
  const data = { id, letter: why, door, origin, entry_id: entryId, reason: reason.trim() };
  const appended = await decideAndAppend(
    ledger,
    decisionStream('dead_letter', id),
    folding,
    (known) => (known ? [] : [{ type: 'DeadLetterDismissed', data }]),
    { now: clock(), actor, correlationId, contentMac: (value) => vault.contentMac(value) },
  );
  if ('refused' in appended) throw new Error(appended.refused); // deciding refuses nothing
  await database.pool.query(
    `update ingest.dead_letters set dismissed_at = $2, resolved_at = $2, resolution = $3
     where id = $1 and dismissed_at is null`,
    [id, clock(), `dismissed: ${appended.state!.reason}`],
  );
}

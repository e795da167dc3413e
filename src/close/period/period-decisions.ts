import { Problem } from '../../kernel/errors.js';
import {
  type Appended,
  type Decided,
  decideAndAppend,
  type DecisionContext,
  loadStream,
} from '../../ledger/decide-and-append.js';
import type { Position } from '../../ledger/ledger.js';
import type { Acting, CloseDeps } from '../close-deps.js';
import { periodStream } from './closing-store.js';
import { period as folding, type PeriodEvent, type PeriodState, type Person, type Refused } from '../period.js';

type Deps = Pick<CloseDeps, 'ledger' | 'clock' | 'contentMac' | 'closings' | 'database'>;

/** The streams of periods: what was decided of each, and how it is decided further. */
export class PeriodDecisions {
  constructor(private readonly deps: Deps) {}

  load(id: string): Promise<{ state: PeriodState; position: Position }> {
    return loadStream(this.deps.ledger, periodStream(id), folding);
  }

  /** Decides at the revision that is there: whoever was not first hears so, and is not decided for anew. Throws Problem for a refusal. */
  async decide(id: string, acting: Acting, decide: (state: PeriodState) => Decided<PeriodEvent>): Promise<PeriodState> {
    const { ledger } = this.deps;
    const appended = await decideAndAppend(ledger, periodStream(id), folding, decide, this.context(acting), 1);
    return accepted(appended).state;
  }

  /** Announces that a period's stream is about to grow, so that no reader misses what it says should this process die. */
  async settling<T>(id: string, work: () => Promise<T>): Promise<T> {
    await this.deps.closings.announce(id);
    try {
      return await work();
    } finally {
      await this.deps.closings.settle(id);
    }
  }

  /**
   * One close or reopening at a time, in all processes: their order among periods is no matter of one stream. Nobody waits for another,
   * as who waits holds a connection that the other may need. So what takes long is done before.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.deps.database.transaction(async (client) => {
      const { rows } = await client.query<{ got: boolean }>(
        `select pg_try_advisory_xact_lock(hashtext('truth-ledger close')) as got`,
      );
      if (!rows[0]!.got)
        throw new Problem('wrong_expected_revision', 'Somebody else is closing or reopening a period just now.');
      return work();
    });
  }

  person({ actor, name }: Acting): Person {
    // What looks the same is the same name, however it was typed.
    const person = name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase();
    const hash = this.deps.contentMac({ person });
    return { by: actor, person: hash.toString('base64url').slice(0, 22) };
  }

  context({ actor, correlationId }: Acting): DecisionContext {
    const { clock, contentMac } = this.deps;
    return { now: clock(), actor, correlationId, authenticatedBy: authenticatedBy(actor), contentMac };
  }
}

const authenticatedBy = (actor: string): string => (actor.startsWith('key:') ? 'api-key' : 'none');

/** What was decided, or the refusal as a Problem. */
export function accepted<T extends Appended<PeriodState, PeriodEvent> | readonly PeriodEvent[]>(
  decided: T | { refused: string; detail?: string },
): T {
  if (!('refused' in decided)) return decided;
  const reason = decided.refused as Refused;
  throw new Problem(reason === 'second_person' ? 'second_person' : 'wrong_state', decided.detail);
}

import { areTwoDevices, areTwoUsers, nodesMeant } from '../catalog/identifiers.js';
import type { Node } from '../catalog/facts.js';
import type { Clock } from '../kernel/clock.js';
import { decisionId, lengthPrefixed, uuidV5 } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import { decideAndAppend, type Folding } from '../ledger/decide-and-append.js';
import type { Ledger } from '../ledger/ledger.js';
import { decisionStream } from '../ledger/streams.js';
import type { Vault } from '../ledger/vault.js';
import type { Database } from '../storage/database.js';
import { checkReason } from './dismiss.js';

export interface IdentityRequest {
  /** `separate`: they are not one person, whatever facts say. `join`: they are. */
  kind: 'separate' | 'join';
  /** Identifiers as `GET /v1/customers/{id}` takes them. */
  a: string;
  b: string;
  /** A sentence; no e-mail address. */
  reason: string;
}

export interface DecidedIdentity {
  kind: IdentityRequest['kind'];
  /** Both as the read model writes them, in text order. */
  a: Node;
  b: Node;
  reason: string;
  /** Counts the decisions on this pair; the last one holds. */
  number: number;
  /** False when that was decided already, and nothing was added. */
  recorded: boolean;
  entry_id: string;
  position: number;
}

// The name and the fields of the data are the stored format, which an interpreter reads.
type Data = Pick<DecidedIdentity, 'kind' | 'a' | 'b' | 'reason' | 'number'>;
interface Event {
  type: 'IdentityDecided';
  data: Data;
}

const folding: Folding<Data | undefined, Event> = { initial: undefined, evolve: (_, { data }) => data };

export interface IdentityDeps {
  ledger: Ledger;
  database: Database;
  vault: Pick<Vault, 'contentMac' | 'emailHash' | 'safeId'>;
  clock: Clock;
}

export type DecideIdentity = ReturnType<typeof createDecideIdentity>;

/**
 * Decides whether two identifiers are one person's, and records that in the ledger; the projector folds it. A later decision on the pair
 * takes an earlier one back. Throws Problem `not_found` for an identifier that nobody has, `invalid_request` for a pair that cannot be
 * decided about, `unavailable`.
 */
export function createDecideIdentity({ ledger, database, vault, clock }: IdentityDeps) {
  const known = async (id: string): Promise<Node> => {
    const { rows } = await database.pool.query<{ node: Node }>(
      'select node from model.identifiers where node = any($1) order by array_position($1, node) limit 1',
      [nodesMeant(id, vault)],
    );
    if (rows[0]) return rows[0].node;
    throw new Problem('not_found', 'No customer has one of these identifiers; see GET /v1/customers/{id}.');
  };
  return async (
    { kind, reason, ...pair }: IdentityRequest,
    { actor, correlationId }: { actor: string; correlationId: string },
  ): Promise<DecidedIdentity> => {
    checkReason(reason);
    const [a, b] = [await known(pair.a), await known(pair.b)].sort() as [Node, Node];
    checkPair(a, b);
    const stream = decisionStream('identity', uuidV5(lengthPrefixed([a, b])));
    const appended = await decideAndAppend(
      ledger,
      stream,
      folding,
      (last) =>
        last?.kind === kind
          ? []
          : [{ type: 'IdentityDecided', data: { kind, a, b, reason: reason.trim(), number: (last?.number ?? 0) + 1 } }],
      { now: clock(), actor, correlationId, contentMac: (value) => vault.contentMac(value) },
    );
    if ('refused' in appended) throw new Error(appended.refused); // deciding refuses nothing
    const { state, events, revision, position } = appended;
    return { ...state!, recorded: events.length > 0, entry_id: decisionId(stream, revision), position };
  };
}

/** Two of a kind that is never one customer need no decision, and none could make them one. */
function checkPair(a: Node, b: Node): void {
  const refuse = (why: string): never => {
    throw new Problem('invalid_request', why);
  };
  if (a === b) refuse('a and b are one identifier.');
  if (areTwoUsers(a, b))
    refuse('Two user ids are two customers; give the devices and provider customers to one of them.');
  if (areTwoDevices(a, b)) refuse('A device is linked with a user or a provider customer, not with another device.');
  if (a.startsWith('guest:') || b.startsWith('guest:'))
    refuse(
      'A guest is the payer of one purchase and has no identifier; tell whose it is with user.identified or order.placed.',
    );
}

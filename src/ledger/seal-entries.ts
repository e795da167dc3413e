import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../kernel/clock.js';
import type { Day, Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { decideAndAppend, decisionOf, type DecisionContext, type Folding, OWN_ORIGIN } from './decide-and-append.js';
import { type Finding, finding } from './findings.js';
import type { Entry, Ledger, Position, StreamName } from './ledger.js';
import { type Checkpoint, keyIdOf, verifyCheckpoint } from './seal.js';
import { checkpointJson } from './seal-proofs.js';
import { decisionStream } from './streams.js';

/** Why a checkpoint is written into the ledger: once a day, because somebody asked, or before the close of a period. */
export type SealReason = { reason: 'nightly' } | { reason: 'asked' } | { reason: 'close'; period: string };

/** A signed checkpoint as the ledger itself has it. The names of its fields, also of its parts, are the stored format. */
export type LedgerSealed = SealReason & {
  /** Of the reporting time zone. */
  day: Day;
  /** `key_id`: 8 hexadecimal digits, as in the signed note; the rest as the API gives it. */
  checkpoint: ReturnType<typeof checkpointJson> & { key_id: string };
};

/** One that stands in the ledger, and where. */
export type EnteredSeal = LedgerSealed & { position: Position };

/** A checkpoint that an entry names. */
export interface NamedCheckpoint {
  /** Of the entry. */
  position: Position;
  checkpoint: Checkpoint;
}

/** What the entries name: checkpoints whose signatures hold, by size, and what is wrong with the others. */
export interface NamedCheckpoints {
  checkpoints: readonly NamedCheckpoint[];
  findings: readonly Finding[];
}

export interface SealEntriesDeps {
  ledger: Ledger;
  clock: Clock;
  zone: Zone;
  contentMac(value: unknown): Buffer;
  signingKey: KeyObject;
  /** A checkpoint that covers a position. */
  covering(position: Position): Promise<Checkpoint>;
}

type Event = { type: 'LedgerSealed'; data: LedgerSealed };

interface Entered {
  newest: LedgerSealed | undefined;
  /** The last day that has its nightly one. */
  nightly: Day | undefined;
}

const folding: Folding<Entered, Event> = {
  initial: { newest: undefined, nightly: undefined },
  // Null is what somebody made of one: it is not signed, and keeps no other one away.
  evolve: ({ nightly }, { data }) => ({
    newest: data,
    nightly: (data as LedgerSealed | null)?.reason === 'nightly' ? data.day : nightly,
  }),
};

const FIRST_YEAR = 2020; // no ledger is older

// A stream a year: few enough to look into all of them, so that no entry has to be trusted to say how far back they go.
const streamOf = (year: number): StreamName => decisionStream('seal', String(year));
const yearOf = (day: Day): number => Number(day.slice(0, 4));

/** Checkpoints in the ledger itself, where none can be taken away without a trace. */
export function sealEntries({ ledger, clock, zone, contentMac, signingKey, covering }: SealEntriesDeps) {
  const publicKey = createPublicKey(signingKey);
  /** What somebody changed it into keeps no other one away. */
  const isSigned = (seal: LedgerSealed): boolean => checkpointIn(seal, publicKey) !== undefined;
  const newestOf = async (year: number): Promise<EnteredSeal | undefined> => {
    const last = (await ledger.readStream(streamOf(year))).at(-1);
    return last && { ...decisionOf<Event>(last).data, position: last.position };
  };
  return {
    /**
     * Seals everything up to the head and appends the signed checkpoint, unless nothing was appended since the last one but that itself, or the
     * day has its nightly one. Resolves with the newest that stands; undefined for an empty ledger. Throws Problem `unavailable` when it
     * cannot be sealed or made durable, `wrong_state` when the ledger does not have the root that was signed before.
     */
    async enter(
      why: SealReason,
      asker: Pick<DecisionContext, 'actor' | 'correlationId' | 'authenticatedBy'>,
    ): Promise<EnteredSeal | undefined> {
      const now = clock();
      const day = zone.dayOf(now.getTime());
      const head = await ledger.head();
      if (head === 0) return undefined;
      const last = await asWritten(async () => (await newestOf(yearOf(day))) ?? (await newestOf(yearOf(day) - 1)));
      if (last && isSigned(last) && head <= last.position && last.checkpoint.size === last.position - 1) return last;
      const checkpoint = await covering(head);
      const data: LedgerSealed = {
        ...why,
        day,
        checkpoint: { ...checkpointJson(checkpoint), key_id: keyIdOf(checkpoint.origin, publicKey).toString('hex') },
      };
      const decide = ({ newest, nightly }: Entered): Event[] => {
        const isKnown = newest !== undefined && isSigned(newest) && newest.checkpoint.size >= checkpoint.size;
        const isDone = why.reason === 'nightly' && nightly === day;
        return isKnown || isDone ? [] : [{ type: 'LedgerSealed', data }];
      };
      const context = { now, ...asker, contentMac };
      const stream = streamOf(yearOf(day));
      const entered = await asWritten(() => decideAndAppend(ledger, stream, folding, decide, context));
      if ('refused' in entered) throw new TypeError('nothing refuses a seal');
      return { ...entered.state.newest!, position: entered.position };
    },

    /** All that the ledger has, each signature checked. What is no checkpoint, or none of this ledger's key, is a finding. */
    async named(): Promise<NamedCheckpoints> {
      const entries: Entry[] = [];
      for (let year = FIRST_YEAR; year <= clock().getUTCFullYear() + 1; year += 1)
        entries.push(...(await ledger.readStream(streamOf(year))));
      return namedIn(entries, publicKey);
    },
  };
}

/** Throws Problem `wrong_state` where an entry is no JSON any more. */
async function asWritten<T>(reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Problem(
      'wrong_state',
      'An entry that names a seal is not as it was written: `truth-ledger verify` says which.',
    );
  }
}

/** What entries of the streams of seals name. */
export function namedIn(entries: readonly Entry[], publicKey: KeyObject): NamedCheckpoints {
  const checkpoints: NamedCheckpoint[] = [];
  const findings: Finding[] = [];
  for (const entry of entries) {
    const { position } = entry;
    const checkpoint = heldCheckpoint(entry, publicKey);
    if (checkpoint) checkpoints.push({ position, checkpoint });
    else
      findings.push(
        finding('checkpoint', position, `Entry ${position} names no checkpoint that this ledger's key has signed.`),
      );
  }
  checkpoints.sort((a, b) => a.checkpoint.size - b.checkpoint.size || a.position - b.position);
  return { checkpoints, findings };
}

const storedCheckpoint = z.object({
  checkpoint: z.object({
    origin: z.string(),
    size: z.int().positive(),
    root: z.string().regex(/^[0-9a-f]{64}$/),
    signed_at: z.iso.datetime(),
    signature: z.base64(),
    key_id: z.string(),
  }),
});

/** Undefined where the entry is no seal, or its signature or the id of its key does not hold. */
const heldCheckpoint = ({ origin, type, body }: Entry, publicKey: KeyObject): Checkpoint | undefined =>
  origin === OWN_ORIGIN && type === 'LedgerSealed' ? checkpointIn(jsonOf(body), publicKey) : undefined;

function checkpointIn(data: unknown, publicKey: KeyObject): Checkpoint | undefined {
  const parsed = storedCheckpoint.safeParse(data);
  if (!parsed.success) return undefined;
  const { key_id: keyId, root, signed_at: signedAt, signature, ...named } = parsed.data.checkpoint;
  const checkpoint: Checkpoint = {
    ...named,
    root: Buffer.from(root, 'hex'),
    signedAt: new Date(signedAt),
    signature: Buffer.from(signature, 'base64'),
  };
  if (keyId !== keyIdOf(named.origin, publicKey).toString('hex')) return undefined;
  return verifyCheckpoint(checkpoint, publicKey) ? checkpoint : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

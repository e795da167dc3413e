import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../storage/database.js';
import { type Finding, finding } from './findings.js';
import type { Checkpoint, SealStore } from './seal.js';
import { areSame, rising, stored } from './signed-sizes.js';

/** What a witness file came to beside the ledger's own seals. */
export interface WitnessCompared {
  /** Notes that were compared; those of a size that the file has twice are one. */
  notes: number;
  /** The first of them. */
  findings: Finding[];
  count: number;
}

const FINDINGS_MAX = 20;
const FIRST_MS = 10 * 60_000; // not while the service starts
const EVERY_MS = 6 * 3_600_000;
/** What was compared before the last day says nothing of today. */
const HOLDS_MS = 25 * 3_600_000;

/**
 * Holds the notes of a witness against the seals that the ledger has: each must be there, byte for byte. That the entries lead to those seals
 * is for a verification to find; together they show what one alone does not, such as an end that was cut off with its seals.
 */
export async function compareWitness(
  seals: Pick<SealStore, 'after'>,
  notes: AsyncIterable<Checkpoint>,
): Promise<WitnessCompared> {
  const own = stored(seals);
  const compared: WitnessCompared = { notes: 0, findings: [], count: 0 };
  let ours = await own.next();
  for await (const note of rising(notes)) {
    compared.notes += 1;
    while (!ours.done && ours.value.size < note.size) ours = await own.next();
    const seal = ours.value?.size === note.size ? ours.value : undefined;
    const found = findingOf(note, seal, ours.done === true);
    if (!found) continue;
    compared.count += 1;
    if (compared.findings.length < FINDINGS_MAX) compared.findings.push(found);
  }
  return compared;
}

function findingOf(note: Checkpoint, seal: Checkpoint | undefined, isBeyond: boolean): Finding | undefined {
  const { size } = note;
  if (seal?.size !== size)
    return finding(
      isBeyond ? 'truncation' : 'seal',
      size,
      `The ledger has no seal of size ${size}, which its witness has.`,
    );
  if (areSame(seal, note)) return undefined;
  return finding('rewritten', size, `The witness has another seal of size ${size} than the ledger.`);
}

/** Comparisons as they are told to processes that have no witness file. */
export const witnessComparisons = ({ pool }: Pick<Database, 'pool'>) => ({
  /** Compares, and keeps what came of it where there was a note. */
  async compare(seals: Pick<SealStore, 'after'>, file: AsyncIterable<Checkpoint>, at: Date): Promise<WitnessCompared> {
    const { notes, findings, count } = await compareWitness(seals, file);
    if (notes === 0) return { notes, findings, count };
    await pool.query(
      `insert into ledger.witness_comparisons (at, notes, findings, count) values ($1, $2, $3, $4) on conflict do nothing`,
      [at, notes, JSON.stringify(findings), count],
    );
    return { notes, findings, count };
  },
  /** The newest of the last day; undefined where there is none. */
  async newest(now: Date): Promise<WitnessCompared | undefined> {
    const { rows } = await pool.query<{ notes: bigint; findings: Finding[]; count: bigint }>(
      'select notes, findings, count from ledger.witness_comparisons where at > $1 order by at desc limit 1',
      [new Date(now.getTime() - HOLDS_MS)],
    );
    const [row] = rows;
    return row && { notes: Number(row.notes), findings: row.findings, count: Number(row.count) };
  },
});

/** Compares now and then until the signal aborts. Failures go to `failed`, and so does a witness that disagrees: the log is outside of the database. */
export async function keepComparing(
  compare: () => Promise<WitnessCompared>,
  { signal, failed }: { signal: AbortSignal; failed: (error: unknown) => void },
): Promise<void> {
  const wait = (ms: number): Promise<unknown> => pause(ms, undefined, { signal }).catch(() => undefined); // aborted
  for (await wait(FIRST_MS); !signal.aborted; await wait(EVERY_MS)) {
    try {
      const { findings, count } = await compare();
      if (count > 0)
        failed(new Error(`The witness file and the ledger disagree ${count} times: ${findings[0]!.detail}`));
    } catch (error) {
      failed(error);
    }
  }
}

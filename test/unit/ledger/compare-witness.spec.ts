import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { compareWitness } from '../../../src/ledger/compare-witness.js';
import { type Checkpoint, Sealer } from '../../../src/ledger/seal.js';
import { entryAt, type Rows, sealsOf, signingKey } from '../../support/memory-ledger.js';

/** Fifty entries sealed ten at a time, each seal also with a witness. */
async function sealed(): Promise<Rows> {
  const rows: Rows = { entries: [], head: 50, checkpoints: [], leaves: [], nodes: [], witness: [] };
  for (let position = 1; position <= 50; position += 1) rows.entries.push(entryAt(position));
  const sealer = new Sealer({ store: sealsOf(rows), origin: 'ledger.test', signingKey, stepMax: 10 });
  while (await sealer.step(new Date(1_800_000_000_000)));
  rows.witness = [...rows.checkpoints];
  return rows;
}

const compared = async (change: (rows: Rows) => void) => {
  const rows = await sealed();
  change(rows);
  const { notes, findings, count } = await compareWitness(sealsOf(rows), Readable.from(rows.witness));
  expect(findings).toHaveLength(count);
  return [notes, ...findings.map(({ verdict, position }) => `${verdict} ${position}`)];
};
const other = (checkpoint: Checkpoint): Checkpoint => ({ ...checkpoint, root: Buffer.alloc(32, 1) });

describe('a witness file beside the seals of the ledger', () => {
  it('given both have the same, then nothing is found, also where one of them began later', async () => {
    expect(await compared(() => undefined)).toEqual([5]);
    expect(await compared(({ witness }) => witness.splice(0, 3))).toEqual([2]);
    expect(await compared(({ witness }) => witness.splice(0))).toEqual([0]);
  });

  it('given the end was cut off together with its seals, then it shows, as does a seal taken out or another in its place', async () => {
    expect(await compared(({ checkpoints }) => checkpoints.splice(3))).toEqual([5, 'truncation 40', 'truncation 50']);
    expect(await compared(({ checkpoints }) => checkpoints.splice(1, 1))).toEqual([5, 'seal 20']);
    expect(await compared(({ checkpoints }) => (checkpoints[2] = other(checkpoints[2]!)))).toEqual([5, 'rewritten 30']);
  });

  it('given a seal that comes while the file is read, then its note is not taken for one too many', async () => {
    const rows = await sealed();
    const [last] = rows.checkpoints.splice(4);
    async function* notes(): AsyncGenerator<Checkpoint> {
      yield* rows.witness.slice(0, 4);
      await new Promise(setImmediate);
      rows.checkpoints.push(last!);
      yield last!;
    }
    expect(await compareWitness(sealsOf(rows), notes())).toEqual({ notes: 5, findings: [], count: 0 });
  });
});

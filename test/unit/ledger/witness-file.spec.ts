import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Checkpoint, signCheckpoint, signedNote, verifyCheckpoint } from '../../../src/ledger/seal.js';
import { notesIn, witnessFile } from '../../../src/ledger/witness-file.js';

const { privateKey: key } = generateKeyPairSync('ed25519');
const note = (size: number): string =>
  signedNote(signCheckpoint('truth-ledger', size, Buffer.alloc(32, size), new Date('2026-04-01T00:00:00Z'), key), key);

describe('the file of the witness', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-witness-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'checkpoints.log');
  beforeEach(() => rmSync(file, { force: true }));

  it('given none, then it has no last note; given notes, then the last of them', async () => {
    expect(await witnessFile(file).last()).toBeUndefined();
    const witness = witnessFile(file);
    for (const size of [3, 70, 500]) await witness.write(note(size));
    expect(await witnessFile(file).last()).toBe(500);
    expect(readFileSync(file, 'utf8')).toBe(`${note(3)}\n${note(70)}\n${note(500)}\n`);
  });

  it('given a last note that a crash cut off anywhere, then it does not count, and the next one is readable', async () => {
    const whole = note(500).length;
    for (let cut = 1; cut < whole - 1; cut++) {
      writeFileSync(file, `${note(3)}\n${note(500).slice(0, cut)}`);
      const witness = witnessFile(file);
      expect([cut, await witness.last()]).toEqual([cut, 3]);
      await witness.write(note(500));
      expect([cut, await witnessFile(file).last()]).toEqual([cut, 500]);
    }
  });

  it('given more notes than it reads back, then the last of them all the same', async () => {
    const witness = witnessFile(file);
    for (let size = 1; size <= 400; size++) await witness.write(note(size));
    expect(await witnessFile(file).last()).toBe(400);
  });

  async function all(): Promise<Checkpoint[]> {
    const read: Checkpoint[] = [];
    for await (const checkpoint of notesIn(file)) read.push(checkpoint);
    return read;
  }

  it('given notes, some of them cut off, then the whole ones are read back with their signatures', async () => {
    expect(await all()).toEqual([]);
    writeFileSync(file, `${note(3)}\n${note(9).slice(0, 80)}\n\n${note(70)}\n${note(500).slice(0, -4)}`);
    const read = await all();
    expect(read.map(({ size }) => size)).toEqual([3, 70]);
    expect(read.every((checkpoint) => verifyCheckpoint(checkpoint, createPublicKey(key)))).toBe(true);
  });

  it('given a file that was emptied, then it has none', async () => {
    appendFileSync(file, note(3));
    truncateSync(file);
    expect(await witnessFile(file).last()).toBeUndefined();
  });
});

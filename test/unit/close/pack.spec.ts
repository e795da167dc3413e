import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { packFiles } from '../../../src/close/pack/pack-files.js';
import { zipFiles } from '../../../src/close/pack/zip-files.js';
import { signedNote } from '../../../src/ledger/seal.js';
import { closedPeriod } from '../../support/closed-period.js';
import { signingKey } from '../../support/memory-ledger.js';
import { filesOf, openedPack, type PackReport, VERIFIER } from '../../support/pack-files.js';

describe('a pack as an auditor has it', () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-pack-'));
  const at = (name: string): string => path.join(root, name);
  let zip: Uint8Array;
  let fingerprint: string;
  beforeAll(async () => {
    const { rows, source } = await closedPeriod();
    const chunks: Uint8Array[] = [];
    for await (const chunk of zipFiles(packFiles(source), { modified: source.createdAt, signingKey }))
      chunks.push(chunk);
    zip = Buffer.concat(chunks);
    writeFileSync(at('pack.zip'), zip);
    for (const [name, bytes] of Object.entries(unzipSync(zip))) {
      mkdirSync(path.dirname(at(`folder/${name}`)), { recursive: true });
      writeFileSync(at(`folder/${name}`), bytes);
    }
    writeFileSync(at('checkpoints.log'), `${signedNote(rows.witness[0]!, signingKey)}\n`);
    fingerprint = (JSON.parse(readFileSync(at('folder/manifest.json'), 'utf8')) as { fingerprint: string }).fingerprint;
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [VERIFIER, ...args], {
      encoding: 'utf8',
      cwd: root,
    });
    return { status, stdout, stderr };
  };

  it('given a zip, then it holds the files of the pack, and the verifier proves it without a server', async () => {
    const { source } = await closedPeriod();
    expect(Object.keys(unzipSync(zip))).toEqual([...(await filesOf(source)).keys()]);
    const { status, stdout } = run('pack.zip', '--key', fingerprint, '--witness', 'checkpoints.log');
    expect([status, stdout.split('\n')]).toEqual([
      0,
      [
        'Pack of 2026-10, closed, version 1: 10 ledger entries, 9 journal lines.',
        expect.stringMatching(/^Checkpoint of 17 entries, signed 2027-01-15T08:00:00\.000Z, root [0-9a-f]{64}\.$/),
        `Signed by the key ${fingerprint}: compare it with the one that you were given by another way.`,
        'integrity: holds',
        'completeness: holds',
        'container: signed',
        '',
      ],
    ]);
  });

  it('given the folder it was unpacked into, then the same; given a row less, then each verdict in its place', () => {
    const report = (...args: string[]) => JSON.parse(run(...args, '--json').stdout) as PackReport;
    expect(report('folder')).toEqual({
      ...report('pack.zip'),
      container: expect.objectContaining({ is: 'folder', ok: true }),
    });
    const entries = readFileSync(at('folder/entries/000001.jsonl'), 'utf8').split('\n');
    writeFileSync(at('folder/entries/000001.jsonl'), entries.toSpliced(2, 1).join('\n'));
    const { integrity, completeness } = report('folder');
    expect(integrity.findings.map(({ check }) => check)).toEqual(['file_altered', 'root']);
    expect(completeness.findings.map(({ check, position }) => [check, position])).toEqual([
      ['entries_missing', 8],
      ['entries_missing', 16],
      ['entry_of_line', 8],
    ]);
    const { status, stdout } = run('folder');
    expect(status).toBe(1);
    expect(stdout).toContain('  entries_missing: The entries at positions 8 to 8 are missing.');
  });

  it('given what is no pack, or a call that is none, then exit code 2 and a sentence', () => {
    writeFileSync(at('cut.zip'), zip.subarray(0, 400));
    expect(run('cut.zip')).toEqual({ status: 2, stdout: '', stderr: 'The pack cannot be read: it is no zip.\n' });
    expect(run('nowhere.zip').status).toBe(2);
    expect(run().stderr).toContain('node verify-pack.mjs PACK.zip|FOLDER');
    expect(run('--key').status).toBe(2);
  });

  /** A zip whose comment was taken off, so that nothing of it looks changed. */
  const unsigned = (bytes: Uint8Array): Buffer => {
    const end = Buffer.from(bytes).lastIndexOf('PK\x05\x06', undefined, 'latin1');
    const cut = Buffer.from(bytes.subarray(0, end + 22));
    cut.writeUInt16LE(0, end + 20);
    return cut;
  };

  it('given a signed zip whose signature was taken off, then its files hold, and that is found', () => {
    writeFileSync(at('stripped.zip'), unsigned(zip));
    const { status, stdout } = run('stripped.zip');
    expect([status, stdout.split('\n').slice(-5)]).toEqual([
      1,
      [
        'integrity: holds',
        'completeness: holds',
        'container: unsigned, DOES NOT HOLD',
        '  The pack was made as a signed zip, and this one has no signature: it was taken off, or zipped again.',
        '',
      ],
    ]);
  });

  it('given a folder that somebody zipped, then it says that the zip is unsigned, which it never was', async () => {
    const { source } = await closedPeriod();
    const chunks: Uint8Array[] = [];
    const files = packFiles({ ...source, container: 'folder' });
    for await (const chunk of zipFiles(files, { modified: source.createdAt, signingKey })) chunks.push(chunk);
    writeFileSync(at('zipped.zip'), unsigned(Buffer.concat(chunks)));
    const { status, stdout } = run('zipped.zip');
    expect([status, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'container: unsigned']);
  });

  it('given any byte of the zip itself that another stands for, then it does not hold or cannot be read', async () => {
    for (let place = 0; place < zip.length; place += 1 + (place % 37)) {
      const bytes = Buffer.from(zip);
      bytes[place]! ^= 1 << (place % 8);
      writeFileSync(at('flipped.zip'), bytes);
      const report = await openedPack(at('flipped.zip')).catch(() => undefined);
      expect([place, report?.ok ?? false]).toEqual([place, false]);
    }
  });
});

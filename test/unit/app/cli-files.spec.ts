import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { CliContext } from '../../../src/cli/context.js';
import { runCli } from '../../../src/cli/program.js';
import type { PeriodFiles } from '../../../src/close/period-files.js';
import type { Service } from '../../../src/service-types.js';
import { streamed } from '../../support/journals.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-cli-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);

async function* chunks(...texts: string[]): AsyncGenerator<string> {
  yield* streamed(texts);
}
async function* cutOff(): AsyncGenerator<string> {
  yield 'half of it';
  await Promise.reject(new Error('the database went away'));
}

/** Runs one call over files as the test says. */
async function cli(args: string[], files: Partial<PeriodFiles>) {
  const out: string[] = [];
  const err: string[] = [];
  const context: CliContext = {
    ...{ env: {}, clock: () => new Date(0), exitCode: 0 },
    open: () => Promise.resolve({ files, stop: () => Promise.resolve() } as unknown as Service),
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    serve: () => Promise.resolve(),
    script: () => Promise.resolve(0),
  };
  return { code: await runCli(args, context), out: out.join('\n'), err: err.join('\n') };
}

describe('truth-ledger export', () => {
  const asked: unknown[] = [];
  const journal: PeriodFiles['journal'] = (...question) => {
    asked.push(question);
    return Promise.resolve({ name: 'x', contentType: 'text/csv', chunks: chunks('a,b\r\n', '1,2\r\n') });
  };

  it('given a period and a format, then the file is written whole, and folders above it are made', async () => {
    const file = at('new/october.csv');
    const call = ['export', '2026-10', '--format', 'xero', '--out', file, '--currency', 'EUR', '--tax-rate', 'No VAT'];
    expect(await cli([...call, '--close-version', '2'], { journal })).toEqual({
      code: 0,
      out: `${file}: 10 bytes.`,
      err: '',
    });
    expect(asked).toEqual([['2026-10', { format: 'xero', currency: 'EUR', taxRate: 'No VAT', version: 2 }]]);
    expect(readFileSync(file, 'utf8')).toBe('a,b\r\n1,2\r\n');
  });

  it('given a file that is there, when the new one breaks off, then the old one stays and no half is left', async () => {
    writeFileSync(at('kept.csv'), 'old');
    const broken = () => Promise.resolve({ name: 'x', contentType: 'text/csv', chunks: cutOff() });
    const call = ['export', '2026-10', '--format', 'csv', '--out', at('kept.csv')];
    expect(await cli(call, { journal: broken })).toMatchObject({ code: 1, err: 'the database went away' });
    expect(readFileSync(at('kept.csv'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).not.toContain('kept.csv.unfinished');
  });

  it('given a version that it was never closed in, or a call that is wrong, then its exit code and a sentence', async () => {
    const call = ['export', '2026-10', '--out', at('none.csv')];
    const none = { journal: () => Promise.resolve(undefined) };
    expect(await cli([...call, '--format', 'csv', '--close-version', '9'], none)).toMatchObject({
      ...{ code: 1, err: '2026-10 was never closed in this version.' },
    });
    expect((await cli([...call, '--format', 'excel'], {})).err).toContain('one of jsonl, csv, hledger');
    expect((await cli([...call, '--format', 'csv', '--close-version', '0'], {})).code).toBe(2);
    expect(existsSync(at('none.csv'))).toBe(false);
  });
});

describe('truth-ledger pack', () => {
  it('given a name, then a zip; given a folder, then the files themselves', async () => {
    const asked: unknown[] = [];
    const pack: PeriodFiles['pack'] = (...question) => {
      asked.push(question);
      return Promise.resolve({ name: 'x', contentType: 'application/zip', chunks: chunks('PK') });
    };
    const packFiles: PeriodFiles['packFiles'] = (...question) => {
      asked.push(question);
      const files = [
        { name: 'manifest.json', chunks: chunks('{}') },
        { name: 'entries/000001.jsonl', chunks: chunks('{}\n') },
      ];
      return Promise.resolve(
        (async function* () {
          yield* streamed(files);
        })(),
      );
    };
    expect((await cli(['pack', '2026-10', '--out', at('p.zip'), '--json'], { pack })).out).toContain('"bytes": 2');
    expect((await cli(['pack', '2026-10', '--out', `${at('p')}/`, '--withhold'], { packFiles })).code).toBe(0);
    expect(readFileSync(at('p/entries/000001.jsonl'), 'utf8')).toBe('{}\n');
    expect(asked).toEqual([
      ['2026-10', { version: undefined, bodies: 'sealed' }],
      ['2026-10', { version: undefined, bodies: 'withheld' }],
    ]);
  });
});

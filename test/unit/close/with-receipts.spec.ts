import { describe, expect, it } from '@jest/globals';
import type { PostingLine } from '../../../src/close/journal/posting.js';
import { withReceipts } from '../../../src/close/export/with-receipts.js';
import type { Receipt } from '../../../src/ledger/ledger.js';

const LINES = 2_500;
const RECEIVED = new Date('2026-10-03T10:00:00.000Z');

/** Lines of an entry each; every tenth is of none. */
async function* journal(): AsyncGenerator<PostingLine> {
  for (let line = 0; line < LINES; line += 1) {
    await Promise.resolve();
    yield { line, ...(line % 10 === 0 ? {} : { entryId: `entry-${line}` }) } as PostingLine;
  }
}

const receiptOf = (id: string): Receipt => ({ id, recordedAt: RECEIVED, originEventId: `evt-${id}` });

/** A ledger that remembers what it was asked for. */
function asked(find: (ids: readonly string[]) => Promise<Receipt[]>) {
  const questions: number[] = [];
  const findReceipts = (ids: readonly string[]): Promise<Receipt[]> => {
    questions.push(ids.length);
    return find(ids);
  };
  return { questions, ledger: { findReceipts, findMany: () => Promise.reject(new Error('receipts are enough')) } };
}

describe('lines with receipts', () => {
  it('given pages whose answers come in another order, then each line has its own, in the order of the journal', async () => {
    const { ledger } = asked(async (ids) => {
      if (ids.includes('entry-1')) for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
      return ids.map(receiptOf).reverse();
    });
    let line = 0;
    for await (const each of withReceipts(journal(), ledger)) {
      expect(each).toMatchObject({ line, ...(line % 10 === 0 ? {} : { originEventId: `evt-entry-${line}` }) });
      expect('receivedAt' in each).toBe(line % 10 !== 0);
      line += 1;
    }
    expect(line).toBe(LINES);
  });

  it('given the first line, then the next page is asked for already, and no page after it', async () => {
    const { ledger, questions } = asked((ids) => Promise.resolve(ids.map(receiptOf)));
    const lines = withReceipts(journal(), ledger);
    await lines.next();
    expect(questions).toEqual([900, 900]);
    await lines.return();
    expect(questions).toEqual([900, 900]);
  });

  it('given a ledger that fails, then so does the page, after the lines before it', async () => {
    const { ledger } = asked((ids) =>
      ids.includes('entry-1001') ? Promise.reject(new Error('gone')) : Promise.resolve(ids.map(receiptOf)),
    );
    let lines = 0;
    const read = async (): Promise<void> => {
      for await (const _ of withReceipts(journal(), ledger)) lines += 1;
    };
    await expect(read()).rejects.toThrow('gone');
    expect(lines).toBe(1_000);
  });
});

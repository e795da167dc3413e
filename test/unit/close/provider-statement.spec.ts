import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { KeptReport } from '../../../src/close/tie-out/provider-reports.js';
import { chosenReports, statementOf, type StatementDeps } from '../../../src/close/tie-out/provider-statement.js';
import type { ReportKind } from '../../../src/ingest/provider-report.js';
import { settlementDetails } from '../../../src/ingest/providers/adyen/reports.js';
import { type SettledLine, settlementFile } from '../../support/report-entries.js';

const OCTOBER = { from: new Date('2026-10-01'), until: new Date('2026-11-01') };

/** Reports that are kept, each of the time from its first to its last line, the newest first. */
async function kept(
  files: readonly string[],
  kind: ReportKind = settlementDetails,
  days?: { from: Date; until: Date },
) {
  const contents = new Map<string, string>();
  const reports: KeptReport[] = [];
  for (const [nth, file] of files.entries()) {
    const times = (await read(file)).lines.map(({ at }) => at);
    const [from, until] = [new Date(Math.min(...times)), new Date(Math.max(...times) + 1)];
    const id = `r${nth}`;
    contents.set(id, file);
    reports.unshift({
      ...{ id, provider: 'adyen', kind: kind.name, digest: '', bytes: file.length, lines: times.length },
      ...{ from, until, receivedAt: new Date(nth), actor: 'key:finance', ...days },
    });
  }
  const deps: StatementDeps = {
    statement: () => undefined,
    reports: {
      kindOf: () => kind,
      list: ({ from, until, limit = Number.MAX_SAFE_INTEGER }) =>
        Promise.resolve(
          reports.filter((each) => (!from || each.until > from) && (!until || each.from < until)).slice(0, limit),
        ),
      content: ({ id }) => read(contents.get(id)!),
    },
  };
  return { deps, spoil: (id: string) => contents.set(id, 'Psp Reference\nPSP1\n') };
}
const read = (file: string) => settlementDetails.read('report', Readable.from([file]));

const sale = (day: string, batch: number, account = 'Harbour'): SettledLine => ({
  ...{ type: 'Settled', day, net: '10.00', psp: `P${day}`, modification: `M${day}`, batch, account },
});
/** The days whose lines are on the provider's side. */
async function daysOf(deps: StatementDeps): Promise<string[]> {
  const stated = await statementOf(deps, 'adyen', OCTOBER);
  if ('reason' in stated) return [stated.reason];
  return [...stated.lines.values()].map(({ at }) => new Date(at).toISOString().slice(5, 10)).sort();
}

describe("the provider's side of a month", () => {
  it('given a batch from before the month until after it, then the batches between are compared as well', async () => {
    const long = settlementFile(sale('2026-09-30', 7), sale('2026-11-02', 7));
    const { deps } = await kept([settlementFile(sale('2026-10-05', 8), sale('2026-10-06', 8)), long]);
    expect(await daysOf(deps)).toEqual(['10-05', '10-06']);
  });

  it('given a report of which somebody said that it has the whole month, then it alone is compared', async () => {
    const files = [sale('2026-10-05', 8), sale('2026-10-06', 9)].map((each) => settlementFile(each));
    const { deps } = await kept(files, { ...settlementDetails, undated: true }, OCTOBER);
    expect(await chosenReports(deps, 'adyen', OCTOBER)).toMatchObject({ isWhole: true, reports: [{ id: 'r1' }] });
    expect(await daysOf(deps)).toEqual(['10-06']);
  });

  it('given more batches than a page has, then all are compared', async () => {
    const days = Array.from({ length: 31 }, (_, day) => `2026-10-${String(day + 1).padStart(2, '0')}`);
    const batches = days.flatMap((day) => ['A', 'B', 'C', 'D', 'E'].map((account) => sale(day, 1, account)));
    const beyond = ['A', 'B', 'C', 'D', 'E'].flatMap((account) => [
      ...[sale('2026-10-31', 2, account), sale('2026-11-01', 2, account)],
    ]);
    const { deps } = await kept([...batches.map((each) => settlementFile(each)), settlementFile(...beyond)]);
    expect(await daysOf(deps)).toHaveLength(31 * 5 + 5);
  });

  it('given two accounts, of which one has no batch beyond the end, then that one is waited for by its name', async () => {
    const till = settlementFile(sale('2026-10-30', 7, 'HarbourPOS'));
    const shop = settlementFile(sale('2026-10-30', 7, 'HarbourECOM'), sale('2026-11-01', 7, 'HarbourECOM'));
    const { deps } = await kept([till, shop]);
    expect(await daysOf(deps)).toEqual([
      'The report that goes beyond the end of the period is not there yet of HarbourPOS.',
    ]);
    const next = settlementFile(sale('2026-10-31', 8, 'HarbourPOS'), sale('2026-11-02', 8, 'HarbourPOS'));
    expect(await daysOf((await kept([till, shop, next])).deps)).toEqual(['10-30', '10-30', '10-31']);
  });

  it('given a quiet account whose next batch begins after the end, then that batch says that nothing is to come', async () => {
    const till = settlementFile(sale('2026-10-30', 7, 'HarbourPOS'));
    const shop = settlementFile(sale('2026-10-30', 7, 'HarbourECOM'));
    const next = (account: string) => settlementFile(sale('2026-11-20', 8, account), sale('2026-11-28', 8, account));
    const waiting = ['The report that goes beyond the end of the period is not there yet of HarbourECOM.'];
    expect(await daysOf((await kept([till, shop, next('HarbourPOS')])).deps)).toEqual(waiting);
    const both = [till, shop, next('HarbourPOS'), next('HarbourECOM')];
    const { deps, spoil } = await kept(both);
    expect(await daysOf(deps)).toEqual(['10-30', '10-30']);
    expect(await statementOf(deps, 'adyen', OCTOBER)).toMatchObject({ from: 'report:r1 report:r0' });
    spoil('r3');
    expect(await daysOf(deps)).toEqual([expect.stringMatching(/of HarbourECOM\. Left out is report r3, /)]);
  });

  it('given somebody said that a report goes beyond its last line, then that counts', async () => {
    const days = { from: new Date('2026-10-01'), until: new Date('2026-11-02') };
    const { deps } = await kept([settlementFile(sale('2026-10-30', 7))], settlementDetails, days);
    expect(await daysOf(deps)).toEqual(['10-30']);
  });

  it('given one that cannot be read any more, then it is left out and named until it is there again, and the others are compared', async () => {
    const files = [[sale('2026-10-05', 8)], [sale('2026-10-06', 9), sale('2026-11-01', 9)]];
    const { deps, spoil } = await kept(files.map((each) => settlementFile(...each)));
    spoil('r0');
    const stated = await statementOf(deps, 'adyen', OCTOBER);
    const sentence =
      'Left out is report r0, which cannot be read any more: report: "merchant account" is not among the headings.';
    expect(stated).toMatchObject({ from: 'report:r1 report:r0', leftOut: [sentence] });
    expect(await daysOf(deps)).toEqual(['10-06']);
    const again = await kept([...files, files[0]!].map((each) => settlementFile(...each)));
    again.spoil('r0');
    expect(await statementOf(again.deps, 'adyen', OCTOBER)).toMatchObject({ leftOut: [] });
    expect(await daysOf(again.deps)).toEqual(['10-05', '10-06']);
    spoil('r1');
    expect(await statementOf(deps, 'adyen', OCTOBER)).toEqual({
      reason: `${sentence.replaceAll('r0', 'r1')} ${sentence}`,
    });
  });
});

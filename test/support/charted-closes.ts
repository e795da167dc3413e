import { createHmac, randomUUID } from 'node:crypto';
import { applyFact } from '../../src/catalog/merge-facts.js';
import { accountRules, accountsByCode } from '../../src/close/journal/account-rules.js';
import { chartOfAccounts } from '../../src/close/journal/chart-of-accounts.js';
import { openClosings } from '../../src/close/period/closing-store.js';
import type { CloseDeps } from '../../src/close/close-deps.js';
import { createBooks, type JournalBooks } from '../../src/close/create-books.js';
import { type Close, createClose } from '../../src/close/create-close.js';
import { calendarMonths } from '../../src/close/fiscal-calendar.js';
import type { JournalLine } from '../../src/close/period/journal-line.js';
import { createPeriodFiles, type PeriodFilesDeps } from '../../src/close/period-files.js';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { CompletenessStore } from '../../src/ingest/completeness-store.js';
import { interpret, interpreterVersion } from '../../src/ingest/interpret.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { Zone } from '../../src/kernel/day.js';
import { metrics } from '../../src/metrics/index.js';
import { createProjections, FOLD_VERSION, type Projections } from '../../src/projections/create-projections.js';
import { keptBooks, type KeptBooks } from './books-given.js';
import { closeByTwo, noSeal, reopenByTwo } from './closing-scene.js';

const NOW = new Date('2026-12-01T00:00:00Z');

/** A service over one ledger, with the chart of accounts that it was last started with. */
export class ChartedCloses {
  books!: JournalBooks;
  close!: Close;

  private constructor(
    readonly kept: KeptBooks,
    private readonly projections: Projections,
    private readonly zone: Zone,
    private readonly functionalCurrency: string | undefined,
  ) {}

  static async open({ zone = 'UTC', functionalCurrency }: { zone?: string; functionalCurrency?: string } = {}) {
    const kept = await keptBooks({ zone, ...(functionalCurrency === undefined ? {} : { functionalCurrency }) });
    const { ledger, database } = kept;
    const projections = createProjections({
      ...{ ledger, database, applyFact, metrics, zone: new Zone(zone), holder: randomUUID(), interpret },
      ...{ interpreterVersion, park: () => Promise.resolve(), reparkAll: () => Promise.resolve() },
      log: () => undefined,
    });
    await projections.start();
    const closes = new ChartedCloses(kept, projections, new Zone(zone), functionalCurrency);
    await closes.startedWith({});
    return closes;
  }

  /** Starts it again with what `CHART_OF_ACCOUNTS` names. */
  async startedWith(chartFile: object, over: Partial<CloseDeps> = {}): Promise<void> {
    const { database, ledger } = this.kept;
    const { zone, projections, functionalCurrency } = this;
    const file = { path: 'chart.json', text: JSON.stringify(chartFile) };
    const chart = chartOfAccounts(file);
    this.books = createBooks({
      ...{ ledger, database, interpret, interpreterVersion, zone, chart, calendar: calendarMonths },
      ...{ rules: accountRules(file, chart), ...(functionalCurrency === undefined ? {} : { functionalCurrency }) },
    });
    const shared = { database, ledger, clock: () => NOW, zone, calendar: calendarMonths };
    this.close = createClose({
      ...{ ...shared, metrics, books: this.books, closings: await openClosings(shared), seal: noSeal },
      contentMac: (value) => createHmac('sha256', 'test').update(canonicalJson(value)).digest(),
      tieOuts: { state: () => Promise.resolve([]) },
      completeness: new CompletenessStore(database),
      versions: { model: projections.modelVersion, interpreters: interpreterVersion, fold: FOLD_VERSION },
      modelPosition: () => projections.currentPosition(),
      numbers: () => Promise.resolve([]),
      ...over,
    });
  }

  async tell(...entries: readonly InterpretableEntry[]): Promise<void> {
    await this.kept.tell(...entries);
    await this.projections.catchUp();
  }

  async closes(id: string): Promise<void> {
    await closeByTwo(this.close, id, { force: 'a test' });
    await this.projections.catchUp();
  }

  async reopens(id: string): Promise<void> {
    await reopenByTwo(this.close, id);
    await this.projections.catchUp();
  }

  async journal(id: string, version?: number): Promise<JournalLine[]> {
    const lines: JournalLine[] = [];
    for await (const line of (await this.close.lines(id, version))!.lines) lines.push(line);
    return lines;
  }

  /** The journal of a period in the format of another program. */
  async file(id: string, format: string, version?: number): Promise<string> {
    const byCode = accountsByCode(this.books.accounts);
    const files = createPeriodFiles({
      ...{ periods: this.close, ledger: this.kept.ledger, account: (code: string) => byCode.get(code) },
      functionalCurrency: this.functionalCurrency,
    } as unknown as PeriodFilesDeps);
    let text = '';
    for await (const chunk of (await files.journal(id, { format, version }))!.chunks) text += String(chunk);
    return text;
  }

  async stop(): Promise<void> {
    await this.projections.stop();
    await this.kept.close();
  }
}

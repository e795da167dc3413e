import type { Clock } from '../../kernel/clock.js';
import { Problem } from '../../kernel/errors.js';
import type { TimeRange } from '../../ingest/event-list.js';
import type { FetchReport, ReportSource } from '../../ingest/provider-report.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Database } from '../../storage/database.js';
import { type ProviderReports, REPORT_BYTES_MAX } from './provider-reports.js';

const PAGE = 1_000; // entries of the feed
const FETCHED_MAX = 100; // reports in one go; the rest has another hour
const ROUND_MS = 5 * 60_000; // other jobs wait meanwhile
const FETCHED_WITHIN_MS = 60 * 86_400_000; // of when it was announced: providers do not keep them for ever

/** A report that was announced and that nobody has handed over. */
export interface MissingReport {
  provider: string;
  account: string;
  name: string;
  kind: string;
  batch: string;
  announcedAt: Date;
  /** Why it could not be fetched; null where it was not tried. */
  error: string | null;
}

export interface AnnouncedDeps {
  database: Pick<Database, 'pool'>;
  ledger: Pick<Ledger, 'readFeed'>;
  reports: Pick<ProviderReports, 'add'>;
  /** Of the providers that are used; `fetch` where it is known who may read reports. */
  sources: readonly { source: ReportSource; fetch?: FetchReport }[];
  clock: Clock;
}

/**
 * Reports that providers say they have made, beside those that are kept. What was announced is read from the ledger, each entry once, so that it is
 * known whichever process received it.
 */
export class AnnouncedReports {
  constructor(private readonly deps: AnnouncedDeps) {}

  /** Reads what the ledger tells since the last time. `step`: called after each page. */
  async note(step: (done: number, total: number) => Promise<void> = () => Promise.resolve()): Promise<void> {
    for (const { source } of this.deps.sources) {
      for (let after = await this.until(source.provider); ;) {
        const { entries, head } = await this.deps.ledger.readFeed(after, PAGE);
        const last = entries.at(-1);
        if (!last) break;
        const found = entries.flatMap((entry) => {
          const report = source.announced(entry);
          return report ? [{ ...report, at: report.at.toISOString(), entry: entry.id }] : [];
        });
        await this.keep(source.provider, found, last.position);
        after = last.position;
        await step(after, head);
      }
    }
  }

  /**
   * Fetches and keeps what is missing of the last 60 days, the oldest first, as far as it may be fetched. One that fails is tried again the next
   * time, and so is what five minutes do not suffice for. `step`: called before each; a cancelled job throws there.
   */
  async fetch(
    actor: string,
    step: (done: number, total: number) => Promise<void> = () => Promise.resolve(),
  ): Promise<{ kept: number; failed: number }> {
    let [kept, failed] = [0, 0];
    const began = performance.now();
    const since = this.deps.clock().getTime() - FETCHED_WITHIN_MS;
    for (const { source, fetch } of this.deps.sources) {
      if (!fetch) continue;
      const wanted = (await this.missing(source.provider)).filter(({ announcedAt }) => announcedAt.getTime() >= since);
      const reports = wanted.slice(0, FETCHED_MAX);
      for (const [index, report] of reports.entries()) {
        if (performance.now() - began > ROUND_MS) break;
        await step(index, reports.length);
        if (await this.fetchOne(report, fetch, actor)) kept += 1;
        else failed += 1;
      }
    }
    return { kept, failed };
  }

  /** Announced and not kept, the oldest first, those that failed lately last. */
  async missing(provider?: string): Promise<MissingReport[]> {
    const { rows } = await this.deps.database.pool.query<MissingReport>(
      `select provider, account, name, kind, batch, announced_at as "announcedAt", error from close.announced_reports a
       where ($1::text is null or provider = $1)
         and not exists (select from close.provider_reports r where r.provider = a.provider and r.kind = a.kind and a.batch = any(r.batches))
       order by tried_at nulls first, announced_at, name`,
      [provider ?? null],
    );
    return rows;
  }

  /**
   * What is missing of a provider and may have lines of a time: announced in it, or the next of its account after it, whose lines go on from the
   * batch before.
   */
  async concerning(provider: string, { from, until }: TimeRange): Promise<MissingReport[]> {
    const missing = await this.missing(provider);
    const { rows } = await this.deps.database.pool.query<{ account: string; kind: string; next: Date }>(
      `select account, kind, min(announced_at) as next from close.announced_reports
       where provider = $1 and announced_at >= $2 group by account, kind`,
      [provider, until],
    );
    const next = new Map(rows.map((row) => [`${row.kind} ${row.account}`, row.next.getTime()]));
    return missing.filter(({ account, kind, announcedAt }) => {
      const isNext = announcedAt.getTime() === next.get(`${kind} ${account}`);
      return announcedAt >= from && (announcedAt < until || isNext);
    });
  }

  private async until(provider: string): Promise<number> {
    const { rows } = await this.deps.database.pool.query<{ position: string }>(
      'select position::text from close.announced_until where provider = $1',
      [provider],
    );
    return Number(rows[0]?.position ?? 0);
  }

  /** With how far the feed was read, in one statement: two processes at once read the same, and note it once. */
  private async keep(provider: string, found: readonly object[], position: number): Promise<void> {
    await this.deps.database.pool.query(
      `with noted as (
         insert into close.announced_reports (provider, account, name, kind, batch, announced_at, entry_id)
         select $1, account, name, kind, batch, at, entry
         from jsonb_to_recordset($2::jsonb) as r(account text, name text, kind text, batch text, at timestamptz, entry uuid)
         on conflict do nothing)
       insert into close.announced_until as u (provider, position) values ($1, $3)
       on conflict (provider) do update set position = greatest(u.position, excluded.position)`,
      [provider, JSON.stringify(found), position],
    );
  }

  /** Whether it is kept now; what is wrong with it, or with whoever has it, is noted beside it. Throws what is wrong with us. */
  private async fetchOne({ batch, ...report }: MissingReport, fetch: FetchReport, actor: string): Promise<boolean> {
    const { provider, account, kind, name } = report;
    let error: string | null = 'It could not be kept.';
    try {
      const bytes = await fetch(report, REPORT_BYTES_MAX);
      await this.deps.reports.add({ provider, kind, name, bytes, batch }, actor);
      error = null;
    } catch (reason) {
      if (!(reason instanceof Problem)) throw reason;
      error = reason.detail;
    } finally {
      // Whatever it was: the next time others come first.
      await this.deps.database.pool.query(
        `update close.announced_reports set error = $4, tried_at = $5 where provider = $1 and account = $2 and name = $3`,
        [provider, account, name, error, this.deps.clock()],
      );
    }
    return error === null;
  }
}

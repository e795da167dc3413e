import type { BalanceLine } from '../../ingest/balance-line.js';
import type { TimeRange } from '../../ingest/event-list.js';
import type { ReportContent, StatedBalance } from '../../ingest/provider-report.js';
import { Problem } from '../../kernel/errors.js';
import type { KeptReport, ProviderReports } from './provider-reports.js';

export interface StatementDeps {
  reports: Pick<ProviderReports, 'list' | 'content' | 'kindOf'>;
  /** A provider's own statement of its balance; undefined where it cannot be asked. */
  statement(provider: string, range: TimeRange): AsyncIterable<BalanceLine[]> | undefined;
}

/** What a provider says moved in a time, and where it says so. */
export interface Statement {
  lines: Map<string, BalanceLine>;
  from: string;
  /** Reports that were left out because they cannot be read any more, in a sentence each. */
  leftOut: string[];
}

/**
 * The provider's side: a complete report of the period where one was handed over, or the reports of all batches in it; else what its interface
 * lists. A reason where there is none yet.
 */
export async function statementOf(
  deps: StatementDeps,
  provider: string,
  range: TimeRange,
): Promise<Statement | { reason: string }> {
  const chosen = await chosenReports(deps, provider, range);
  if (chosen) return linesOf(deps, chosen, provider, range);
  const listed = deps.statement(provider, range);
  if (!listed)
    return {
      reason: `No statement of ${provider} is there: hand over a report that covers the period, or set its API key.`,
    };
  const lines: BalanceLine[] = [];
  try {
    for await (const page of listed) lines.push(...page);
  } catch (error) {
    return { reason: sentenceOf(error) };
  }
  return { lines: byId(lines), from: `${provider}-api`, leftOut: [] };
}

interface Chosen {
  reports: readonly KeptReport[];
  /** One states the whole period, or each states a batch. */
  isWhole: boolean;
}

/** The reports that are compared; undefined where none was handed over. */
export async function chosenReports(
  deps: StatementDeps,
  provider: string,
  range: TimeRange,
): Promise<Chosen | undefined> {
  const listed = await deps.reports.list({ provider, ...range });
  // Whoever hands it over says which days it has all lines of. From its first to its last line, a batch does not.
  const whole = listed.find((each) => {
    const { complete, undated } = deps.reports.kindOf(provider, each.kind);
    return complete && undated && covers(each, range);
  });
  if (whole) return { reports: [whole], isWhole: true };
  const batches = listed.filter((each) => isBatch(deps, each));
  return batches.length === 0 ? undefined : { reports: batches, isWhole: false };
}

/** Whether a report states a batch whole, and no days that somebody gave it. */
function isBatch({ reports }: StatementDeps, { provider, kind }: KeptReport): boolean {
  const { complete, undated } = reports.kindOf(provider, kind);
  return complete && !undated;
}

export const nameOf = (reports: readonly KeptReport[]): string => reports.map(({ id }) => `report:${id}`).join(' ');

/** Ids of the reports in such a name; none of what was asked of an interface. */
export const reportsIn = (name: string | null): string[] =>
  [...(name ?? '').matchAll(/report:(\S+)/g)].map(([, id]) => id!);

async function linesOf(
  deps: StatementDeps,
  { reports, isWhole }: Chosen,
  provider: string,
  range: TimeRange,
): Promise<Statement | { reason: string }> {
  const lines: BalanceLine[] = [];
  const read: KeptReport[] = [];
  const unread: (KeptReport & { reason: string })[] = [];
  const reached = new Map<string, number>();
  for (const report of reports) {
    const content = await contentOf(deps, report);
    if ('reason' in content) unread.push({ ...report, ...content });
    else {
      read.push(report);
      noteHowFar(reached, report, content.lines);
      for (const line of content.lines) if (isWithin(line, range)) lines.push(line);
    }
  }
  const leftOut = unread.filter((each) => !read.some((other) => isAgain(other, each))).map(({ reason }) => reason);
  if (read.length === 0) return { reason: leftOut.join(' ') };
  // What was made last in the period is in a batch that ends after it, and each account has batches of its own.
  const behind = [...reached].filter(([, until]) => until < range.until.getTime()).map(([account]) => account);
  const reasons = isWhole ? [] : await stillBehind(deps, behind, provider, range.until);
  if (reasons.length > 0) return { reason: [...reasons, ...leftOut].join(' ') };
  return { lines: byId(lines), from: nameOf(reports), leftOut };
}

/** Whether a report stands for one that was handed over before it, such as one without a column: its lines begin and end alike. */
const isAgain = (a: KeptReport, b: KeptReport): boolean =>
  a.kind === b.kind && a.from.getTime() === b.from.getTime() && a.until.getTime() === b.until.getTime();

/**
 * Why accounts are behind, none where each has a batch that begins after the period: the next one of an account in which little happens may
 * have no line of the period.
 */
async function stillBehind(
  deps: StatementDeps,
  accounts: readonly string[],
  provider: string,
  end: Date,
): Promise<string[]> {
  const behind = new Set(accounts);
  const unread: string[] = [];
  const listed = behind.size === 0 ? [] : await deps.reports.list({ provider, from: end });
  const later = listed.filter((each) => each.from >= end && isBatch(deps, each)).sort((a, b) => +a.from - +b.from);
  for (const report of later) {
    if (behind.size === 0) break;
    const content = await contentOf(deps, report);
    if ('reason' in content) unread.push(content.reason);
    else for (const { account = '' } of content.lines) behind.delete(account);
  }
  return behind.size === 0 ? [] : [behindOf([...behind]), ...unread];
}

function noteHowFar(reached: Map<string, number>, { until }: KeptReport, lines: readonly BalanceLine[]): void {
  const last = lines.reduce((most, { at }) => Math.max(most, at), 0);
  // Whoever handed it over may have said that it goes beyond its last line.
  const said = until.getTime() > last + 1 ? until.getTime() : 0;
  for (const { account = '', at } of lines) reached.set(account, Math.max(reached.get(account) ?? 0, at + 1, said));
}

const behindOf = (accounts: readonly string[]): string => {
  const named = accounts.filter(Boolean).sort().join(', ');
  return `The report that goes beyond the end of the period is not there yet${named === '' ? '' : ` of ${named}`}.`;
};

/** What a kept report says; why, where it was kept by a version that asked less of it than this one does. */
async function contentOf({ reports }: StatementDeps, report: KeptReport): Promise<ReportContent | { reason: string }> {
  try {
    return await reports.content(report);
  } catch (error) {
    return { reason: `Left out is report ${report.id}, which cannot be read any more: ${sentenceOf(error)}` };
  }
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Problem) || error.code !== 'invalid_request') throw error;
  return error.detail;
}

/** What reports of exactly this time say of the balance at its two ends; of several of one currency the newest. */
export async function balancesOf(
  deps: StatementDeps,
  provider: string,
  { from, until }: TimeRange,
): Promise<StatedBalance[]> {
  const balances = new Map<string, StatedBalance>();
  for (const report of await deps.reports.list({ provider, from, until })) {
    if (report.from.getTime() !== from.getTime() || report.until.getTime() !== until.getTime()) continue;
    const content = await contentOf(deps, report);
    if ('reason' in content) continue;
    for (const balance of content.balances)
      if (!balances.has(balance.currency)) balances.set(balance.currency, balance);
  }
  return [...balances.values()];
}

const covers = (report: { from: Date; until: Date }, { from, until }: TimeRange): boolean =>
  report.from <= from && report.until >= until;
const isWithin = ({ at }: BalanceLine, { from, until }: TimeRange): boolean =>
  at >= from.getTime() && at < until.getTime();
const byId = (lines: readonly BalanceLine[]): Map<string, BalanceLine> => new Map(lines.map((line) => [line.id, line]));

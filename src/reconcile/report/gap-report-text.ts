import { formatMajor } from '../../kernel/money.js';
import { causeInWords, commonInWords } from './drift-causes.js';
import type { CameFrom, GapReport, WeekRow } from './gap-report.js';

// One description of the report, written twice: as Markdown and as HTML.

interface Section {
  title: string;
  lines?: readonly string[];
  table?: readonly (readonly string[])[];
}

const amount = (value: number | string, currency: string | undefined): string => {
  if (currency === undefined) return String(value);
  return `${formatMajor(BigInt(value), currency)} ${currency}`;
};
const shown = (value: number | null, unit = ''): string => (value === null ? '–' : `${value}${unit}`);

function sections(report: GapReport): Section[] {
  const head = [
    'source',
    'metric',
    'actual',
    'tracked',
    'gap',
    'gap %',
    'week before',
    'missing',
    'duplicates',
    'client only',
    'days',
  ];
  const { rows, drift, markers, came_from: origins = [] } = report;
  return [
    { title: 'How far off', table: [head, ...rows.map(figures)] },
    { title: 'Why', table: [['source', 'metric', 'cause', 'ids'], ...rows.flatMap(reasons)] },
    { title: 'What the losses have in common', lines: rows.flatMap(common) },
    {
      title: 'What is not what it usually is',
      lines: drift.map(drifted),
    },
    {
      title: 'Where they came from',
      table: [['metric', 'channel', 'true', 'share', 'between, with the unknown'], ...origins.map(origin)],
    },
    { title: 'Releases and other markers', lines: markers.map(({ at, kind, title }) => `${at} ${kind}: ${title}`) },
    { title: 'Days left out', lines: rows.flatMap(missingDays) },
  ];
}

function drifted(row: GapReport['drift'][number]): string {
  const { source, metric, currency, figure, day, value, baseline, moved, shift, causes = [] } = row;
  const since = shift ? `; about ${shift.after} instead of ${shift.before} since ${shift.day}` : '';
  const common = row.concentrated_in ? [commonInWords(row.concentrated_in)] : [];
  const why = [...causes.map(causeInWords), ...common].map((words) => `; ${words}`).join('');
  const name = [metric, currency].filter(Boolean).join(' ');
  return `${figure} of ${name} at ${source} went ${moved}: ${value} on ${day}, usually ${baseline}${since}${why}`;
}

/** A share is known only up to the unknown, which has reasons instead. */
function origin({ metric, currency, channel, value, share, bounds, reasons }: CameFrom): string[] {
  const percent = (part: number | null): string => (part === null ? '–' : `${Math.round(part * 1_000) / 10} %`);
  const why = Object.entries(reasons ?? {}).map(([reason, part]) => `${reason}: ${amount(part, currency)}`);
  const between = bounds ? `${percent(bounds[0])} and ${percent(bounds[1])}` : why.join(', ');
  return [[metric, currency].filter(Boolean).join(' '), channel, amount(value, currency), percent(share), between];
}

/** Of no day that counts there is nothing to tell: zeros would pass for figures. */
function figures(row: WeekRow): string[] {
  const sum = (value: number | string): string => (row.days === 0 ? '–' : amount(value, row.currency));
  const count = (value: number | null): string => shown(row.days === 0 ? null : value);
  return [
    ...[row.source, row.metric, sum(row.actual), sum(row.tracked)],
    ...[sum(row.gap), shown(row.gap_pct, ' %'), shown(row.gap_pct_before, ' %')],
    ...[count(row.missing), count(row.duplicates), count(row.client_only), `${row.days} of 7`],
  ];
}

const reasons = ({ source, metric, currency, causes, unexplained }: WeekRow): string[][] => {
  const name = [metric, currency].filter(Boolean).join(' ');
  const told = Object.entries(causes).map(([cause, count]) => [source, name, cause, String(count)]);
  return unexplained === 0 ? told : [...told, [source, name, 'unexplained', String(unexplained)]];
};

const common = ({ source, metric, concentrations }: WeekRow): string[] =>
  concentrations.map((found) => `${metric} at ${source}, ${found}`);

const missingDays = ({ source, metric, currency, left_out: left }: WeekRow): string[] =>
  Object.entries(left).map(
    ([day, why]) => `${[metric, currency].filter(Boolean).join(' ')} at ${source}, ${day}: ${why}`,
  );

const titleOf = ({ week, from, to, time_zone: zone }: GapReport): string =>
  `Gap report ${week} (${from} to ${to}, ${zone})`;
const statusOf = ({ published_at: at }: GapReport): string => (at === null ? 'Not published yet.' : `Published ${at}.`);

/** For people who read text: GitHub's Markdown. */
export function gapReportMarkdown(report: GapReport): string {
  const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const parts = sections(report).map(({ title, table, lines = [] }) => {
    const [head, ...body] = table ?? [];
    const text =
      head && body.length > 0
        ? [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
        : lines.map((each) => `- ${each.replace(/\s+/g, ' ')}`).join('\n');
    return `## ${title}\n\n${text === '' ? 'Nothing.' : text}`;
  });
  return `${[`# ${titleOf(report)}`, statusOf(report), ...parts].join('\n\n')}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]!);

/** A page of its own, without scripts and without anything from elsewhere. */
export function gapReportHtml(report: GapReport): string {
  const row = (tag: 'th' | 'td', cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const parts = sections(report).map(({ title, table, lines = [] }) => {
    const [head, ...body] = table ?? [];
    const content =
      head && body.length > 0
        ? `<table><thead>${row('th', head)}</thead><tbody>${body.map((cells) => row('td', cells)).join('')}</tbody></table>`
        : `<ul>${lines.map((each) => `<li>${escaped(each)}</li>`).join('')}</ul>`;
    const empty = body.length === 0 && lines.length === 0;
    return `<h2>${escaped(title)}</h2>${empty ? '<p>Nothing.</p>' : content}`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(titleOf(report))}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}th,td{padding:.2rem .7rem;border-bottom:1px solid #ccc;text-align:left}</style>
</head><body><h1>${escaped(titleOf(report))}</h1><p>${escaped(statusOf(report))}</p>${parts.join('')}</body></html>
`;
}

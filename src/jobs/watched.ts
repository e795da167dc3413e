import type { Condition, Watched } from '../alert/condition.js';
import type { AnnouncedReports, MissingReport } from '../close/tie-out/announced-reports.js';
import type { Verification } from '../close/verification.js';
import type { CompletenessStore } from '../ingest/completeness-store.js';
import type { DeadLetters } from '../ingest/ingest.js';
import type { Clock } from '../kernel/clock.js';
import { causeInWords, commonInWords } from '../reconcile/report/drift-causes.js';
import type { DriftRow } from '../reconcile/report/drift-report.js';
import type { Reconcile } from '../reconcile/create-reconcile.js';

export interface WatchedParts {
  reconcile: Pick<Reconcile, 'drift' | 'failing' | 'uncheckedDays'>;
  completeness: Pick<CompletenessStore, 'providers'>;
  deadLetters: Pick<DeadLetters, 'counts'>;
  verification: Pick<Verification, 'standing'>;
  announced: Pick<AnnouncedReports, 'missing'>;
  clock: Clock;
  /** A part could not be looked at: nothing of it is raised, and nothing recovers. */
  failed: (part: string, error: Error) => void;
}

const LOOK_BACK_DAYS = 90; // for days that were never compared

/** Everything that is wrong now, as conditions. */
export async function lookAround(parts: WatchedParts): Promise<Watched[]> {
  const looks: readonly (readonly [part: string, look: () => Promise<Condition[]>])[] = [
    ['drift', async () => (await parts.reconcile.drift({})).filter(({ alarming }) => alarming).map(drifted)],
    ['source', async () => (await parts.reconcile.failing()).map(sourceFailed)],
    ['days', async () => notCompared(await parts.reconcile.uncheckedDays(LOOK_BACK_DAYS))],
    ['dead_letters', async () => (await parts.deadLetters.counts()).flatMap(unresolved)],
    ['verification', async () => notAsWritten(await parts.verification.standing())],
    ['reports', async () => notHandedOver(await parts.announced.missing(), parts.clock())],
    ['provider', async () => (await parts.completeness.providers(parts.clock())).flatMap(providerTrouble)],
  ];
  const watched: Watched[] = [];
  for (const [part, look] of looks) {
    try {
      watched.push({ part, conditions: await look() });
    } catch (error) {
      parts.failed(part, error as Error);
    }
  }
  return watched;
}

const keyOf = (...words: readonly (string | undefined)[]): string =>
  words.flatMap((word) => (word === undefined ? [] : [word.replace(/[^\w-]+/g, '_')])).join('.');

function drifted(row: DriftRow): Condition {
  const { source, metric, currency, figure, day, value, baseline, interval, shift, markers, causes } = row;
  const common = row.concentrated_in;
  const since = shift ? `, about ${shift.after} instead of ${shift.before} since ${shift.day}` : '';
  const name = figure === 'value' ? metric : `${figure} of ${metric}`;
  return {
    key: keyOf('drift', source, metric, currency, figure),
    severity: figure === 'gap_pct' || figure === 'loss_pct' ? 'critical' : 'warning',
    title: `${name} at ${source} went ${row.moved}: ${value} on ${day}, usually ${baseline}${since}`,
    detail: {
      day,
      value,
      baseline,
      interval,
      shift,
      causes: causes.map(causeInWords),
      ...(common && { in_common: commonInWords(common) }),
      markers: markers.map(({ at, kind, title }) => `${at} ${kind} ${title}`),
    },
  };
}

const sourceFailed = ({ source, day, reason }: { source: string; day: string; reason: string }): Condition => ({
  key: keyOf('source', source),
  severity: 'warning',
  title: `${source} could not be compared for ${day}`,
  detail: { day, reason },
});

function notCompared(days: readonly string[]): Condition[] {
  if (days.length === 0) return [];
  const [first, last] = [days[0]!, days.at(-1)!];
  const title =
    days.length === 1
      ? `${first} was not compared with every source`
      : `${days.length} days from ${first} to ${last} were not compared with every source`;
  return [
    {
      key: keyOf('days', 'unchecked'),
      severity: 'warning',
      title,
      detail: { from: first, to: last, count: days.length },
    },
  ];
}

function unresolved({ reason, unresolved: count }: { reason: string; unresolved: number }): Condition[] {
  if (count === 0) return [];
  const conflict = reason === 'conflict';
  return [
    {
      key: keyOf('dead_letters', reason),
      severity: conflict ? 'critical' : 'warning',
      title: conflict
        ? 'Deliveries contradict what the ledger has under the same id'
        : `Dead letters to resolve: ${reason}`,
      detail: { reason, unresolved: count },
    },
  ];
}

/** A condition for each half, so that numbers which a rebuild mends never hide a ledger that was changed. */
function notAsWritten({ last, overdue }: Awaited<ReturnType<Verification['standing']>>): Condition[] {
  const at = last ? { at: last.finished_at, position: last.position } : {};
  const critical = (key: string, title: string, detail = {}): Condition => ({
    key: keyOf('verification', key),
    severity: 'critical',
    title,
    detail: { ...at, ...detail },
  });
  const found: Condition[] = [];
  if (overdue) found.push(critical('overdue', 'Nothing was verified for two days'));
  if (last && !last.ledger.ok) {
    const { findings, count } = last.ledger;
    const verdicts = [...new Set(findings.map(({ verdict }) => verdict))].join(', ');
    found.push(critical('ledger', `The ledger is not as it was written: ${verdicts}`, { findings, count }));
  }
  if (last && !last.model.ok)
    found.push(
      critical('model', 'The read model is not what the ledger says', { differences: last.model.differences }),
    );
  return found;
}

function providerTrouble(row: Awaited<ReturnType<CompletenessStore['providers']>>[number]): Condition[] {
  const { provider, silent, missing, unchecked, shortened, given_up: givenUp, last_delivery_at: last, error } = row;
  const found: Condition[] = [];
  if (silent)
    found.push({
      key: keyOf('provider', provider, 'silent'),
      severity: 'critical',
      title: `Nothing comes from ${provider} where there usually is something`,
      detail: { last_delivery_at: last?.toISOString() ?? null },
    });
  if (missing > 0 || unchecked > 0)
    found.push({
      key: keyOf('provider', provider, 'incomplete'),
      severity: 'warning',
      title: `Not everything that ${provider} lists is known to be in the ledger`,
      detail: { events_missing: missing, hours_unchecked: unchecked, error },
    });
  if (givenUp > 0)
    found.push({
      key: keyOf('provider', provider, 'shortened'),
      severity: 'warning',
      title: `Webhooks of ${provider} that were too large could not be completed: replay their letters, or dismiss them`,
      detail: { given_up: givenUp, shortened },
    });
  return found;
}

const DAY_MS = 24 * 3_600_000; // to fetch it, or to hand it over
const FORGOTTEN_MS = 60 * DAY_MS; // whoever wanted none of it by then wants no alert
const LISTED_MAX = 20;

/** Reports that were announced and are not here: what they say of the balance is in no number. */
function notHandedOver(missing: readonly MissingReport[], now: Date): Condition[] {
  const overdue = missing.filter(({ announcedAt }) => {
    const ageMs = now.getTime() - announcedAt.getTime();
    return ageMs >= DAY_MS && ageMs <= FORGOTTEN_MS;
  });
  return [...new Set(overdue.map(({ provider }) => provider))].map((provider) => {
    const own = overdue.filter((each) => each.provider === provider);
    return {
      key: keyOf('reports', provider),
      severity: 'warning',
      title: `${provider} announced reports that are not here: fetch them, or hand them over`,
      detail: {
        count: own.length,
        reports: own
          .slice(0, LISTED_MAX)
          .map(({ account, name, error }) => `${account}/${name}${error === null ? '' : `: ${error}`}`),
      },
    };
  });
}

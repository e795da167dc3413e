import { randomUUID } from 'node:crypto';
import type { Clock } from '../kernel/clock.js';
import { decisionId } from '../kernel/entry-id.js';
import { SetupError } from '../kernel/errors.js';
import type { Database } from '../storage/database.js';
import { OWN_ORIGIN } from './decide-and-append.js';
import type { Ledger } from './ledger.js';
import { decisionStream, FISCAL_CALENDAR_STREAM } from './streams.js';
import type { Vault } from './vault.js';

interface Deps {
  ledger: Ledger;
  vault: Pick<Vault, 'contentMac'>;
  database: Database;
  clock: Clock;
}

const STREAM = decisionStream('setting', 'reporting_time_zone');

/**
 * The zone that days are of is a decision in the ledger, taken at the first start. Every day of every number depends on it, so
 * another value refuses to start; `change` records it, and the read model must be rebuilt. Once a period was closed there is no change
 * any more. Throws SetupError.
 */
export async function keepReportingZone(deps: Deps, zone: string, change: boolean): Promise<void> {
  const known = await deps.ledger.readStream(STREAM);
  const last = known.at(-1);
  const recorded = last && (JSON.parse(last.body) as { zone: string }).zone;
  if (recorded !== undefined && recorded !== zone && !change) {
    throw new SetupError(
      `REPORTING_TIME_ZONE is ${zone}, but this ledger reports in ${recorded}: set it back, or run \`truth-ledger rebuild --change-time-zone\` with the new value.`,
    );
  }
  if (
    recorded !== undefined &&
    recorded !== zone &&
    (await deps.ledger.readStream(FISCAL_CALENDAR_STREAM)).length > 0
  ) {
    throw new SetupError(
      `REPORTING_TIME_ZONE stays ${recorded}: a period was closed in it, and closed periods keep their days.`,
    );
  }
  if (recorded !== zone) await record(deps, zone, last?.revision);
  await deps.database.pool.query(
    'update projector.settings set reporting_time_zone = $1 where reporting_time_zone <> $1',
    [zone],
  );
}

async function record({ ledger, vault, clock }: Deps, zone: string, revision: number | undefined): Promise<void> {
  const id = decisionId(STREAM, revision === undefined ? 0 : revision + 1);
  const data = { zone };
  await ledger.append(STREAM, revision ?? 'no_stream', [
    {
      id,
      stream: STREAM,
      type: 'ReportingTimeZoneSet',
      schemaVersion: 1,
      origin: OWN_ORIGIN,
      account: '',
      originEventId: id,
      occurredAt: clock(),
      correlationId: randomUUID(),
      actor: 'system',
      authenticatedBy: 'none',
      subjects: [],
      attributes: {},
      body: JSON.stringify(data),
      contentMac: vault.contentMac(data),
    },
  ]);
}

import { Problem } from '../kernel/errors.js';
import type { Database } from '../storage/database.js';
import type { Alert, Transition } from './decide-alert.js';

/** Attempts of one delivery before it is left to its dead letter. */
export const ATTEMPTS_MAX = 10;

/** Something that is told on one channel. */
export interface Delivery {
  /** Of the alert, or of the message that is none. */
  alertId: string;
  transition: Transition | 'report';
  channel: string;
}

/** One change of one alert, on one channel. */
export type AlertDelivery = Delivery & { transition: Transition };

interface Row {
  number: bigint;
  id: string;
  key: string;
  revision: bigint;
  state: Transition;
  severity: Alert['severity'];
  title: string;
  detail: Record<string, unknown>;
  raised_at: Date;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
  note: string | null;
  recovered_at: Date | null;
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

const alertOf = (row: Row): Alert => ({
  id: row.id,
  key: row.key,
  state: row.state,
  severity: row.severity,
  title: row.title,
  detail: row.detail,
  raisedAt: row.raised_at.toISOString(),
  acknowledgedAt: iso(row.acknowledged_at),
  acknowledgedBy: row.acknowledged_by,
  note: row.note,
  recoveredAt: iso(row.recovered_at),
});

/** What the streams of alerts say, where it is searched, and what still has to be told. */
export class AlertStore {
  constructor(private readonly database: Database) {}

  /** Keeps an alert as its stream has it at a revision, unless a later one is known, and what has to be told of that. */
  async keep(alert: Alert, revision: number, channels: readonly string[], now: Date): Promise<void> {
    await this.database.transaction(async (client) => {
      const { rowCount } = await client.query(
        `insert into reconcile.alerts as a (id, key, revision, state, severity, title, detail, raised_at, acknowledged_at, acknowledged_by, note, recovered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (id) do update set revision = excluded.revision, state = excluded.state, acknowledged_at = excluded.acknowledged_at,
           acknowledged_by = excluded.acknowledged_by, note = excluded.note, recovered_at = excluded.recovered_at
         where a.revision < excluded.revision`,
        [
          ...[alert.id, alert.key, revision, alert.state, alert.severity, alert.title, JSON.stringify(alert.detail)],
          ...[alert.raisedAt, alert.acknowledgedAt, alert.acknowledgedBy, alert.note, alert.recoveredAt],
        ],
      );
      if (rowCount === 0) return;
      await client.query(
        `insert into reconcile.alert_deliveries (alert_id, transition, channel, created_at)
         select $1, $2, channel, $4 from unnest($3::text[]) channel on conflict do nothing`,
        [alert.id, alert.state, channels, now],
      );
    });
  }

  async byId(id: string): Promise<Alert | undefined> {
    const { rows } = await this.database.pool.query<Row>('select * from reconcile.alerts where id = $1', [id]);
    return rows[0] && alertOf(rows[0]);
  }

  /** Keys under which something is open, that begin with a part. */
  async openKeys(part: string): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ key: string }>(
      "select distinct key from reconcile.alerts where state <> 'recovered' and starts_with(key, $1) order by key",
      [`${part}.`],
    );
    return rows.map(({ key }) => key);
  }

  /** Newest first, each with what was told where. */
  async list(query: { state?: 'open' | 'recovered'; limit?: number; cursor?: string }) {
    const limit = query.limit ?? 100;
    if (query.cursor !== undefined && !/^\d{1,15}$/.test(query.cursor))
      throw new Problem('invalid_request', 'The cursor is not one that was given out.');
    const { rows } = await this.database.pool.query<Row & { deliveries: Record<string, unknown>[] }>(
      `select a.*, coalesce((select jsonb_agg(jsonb_build_object('transition', d.transition, 'channel', d.channel, 'attempts', d.attempts,
          'delivered_at', d.delivered_at, 'error', d.error) order by d.created_at, d.transition, d.channel)
          from reconcile.alert_deliveries d where d.alert_id = a.id), '[]') as deliveries
       from reconcile.alerts a
       where ($1::text is null or (a.state = 'recovered') = ($1 = 'recovered'))
         and ($2::bigint is null or a.number < $2)
       order by a.number desc limit $3`,
      [query.state, query.cursor, limit + 1],
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      data: page.map(({ number: _, revision: _revision, ...row }) => row),
      next_cursor: rows.length > limit && last ? String(last.number) : null,
    };
  }

  /** How many are open, by severity and whether somebody has seen them. */
  async counts(): Promise<{ severity: string; state: string; count: number }[]> {
    const { rows } = await this.database.pool.query<{ severity: string; state: string; count: number }>(
      "select severity, state, count(*)::int as count from reconcile.alerts where state <> 'recovered' group by 1, 2 order by 1, 2",
    );
    return rows;
  }

  /** What has not been told yet of alerts. */
  async due(): Promise<AlertDelivery[]> {
    const { rows } = await this.database.pool.query<{ alert_id: string; transition: Transition; channel: string }>(
      `select alert_id, transition, channel from reconcile.alert_deliveries
       where delivered_at is null and given_up_at is null and transition <> 'report' order by created_at, alert_id, transition, channel limit 1000`,
    );
    return rows.map(({ alert_id, transition, channel }) => ({ alertId: alert_id, transition, channel }));
  }

  async isDelivered({ alertId, transition, channel }: Delivery): Promise<boolean> {
    const { rows } = await this.database.pool.query<{ done: boolean }>(
      'select delivered_at is not null as done from reconcile.alert_deliveries where alert_id = $1 and transition = $2 and channel = $3',
      [alertId, transition, channel],
    );
    return rows[0]?.done ?? true;
  }

  /** Nobody wants it told any more, or nobody can. */
  async giveUp({ alertId, transition, channel }: Delivery, now: Date, why?: string): Promise<void> {
    await this.database.pool.query(
      `update reconcile.alert_deliveries set given_up_at = $4, error = coalesce($5, error)
       where alert_id = $1 and transition = $2 and channel = $3 and delivered_at is null`,
      [alertId, transition, channel, now, why],
    );
  }

  /** Notes something to tell that is no alert, whose jobs see to it themselves. The same again changes nothing. */
  async note({ alertId, transition, channel }: Delivery, now: Date): Promise<void> {
    await this.database.pool.query(
      `insert into reconcile.alert_deliveries (alert_id, transition, channel, created_at) values ($1, $2, $3, $4) on conflict do nothing`,
      [alertId, transition, channel, now],
    );
  }

  async attempted({ alertId, transition, channel }: Delivery, now: Date, error?: string): Promise<void> {
    await this.database.pool.query(
      `update reconcile.alert_deliveries set attempts = attempts + 1, error = $4,
         delivered_at = case when $4::text is null then $5::timestamptz end,
         given_up_at = case when $4::text is not null and attempts + 1 >= $6 then $5::timestamptz end
       where alert_id = $1 and transition = $2 and channel = $3`,
      [alertId, transition, channel, error ?? null, now, ATTEMPTS_MAX],
    );
  }
}

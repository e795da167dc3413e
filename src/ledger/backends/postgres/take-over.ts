import type pg from 'pg';
import type { Database } from '../../../storage/database.js';
import type { Entry, VaultKey } from '../../ledger.js';

/** Writes entries of another ledger as they are there, in one transaction under the ledger lock. */
export async function takeOver(
  database: Pick<Database, 'transaction'>,
  entries: readonly Entry[],
  keys: readonly VaultKey[],
): Promise<void> {
  await database.transaction(async (client) => {
    const { rows } = await client.query<{ position: bigint }>('select position from ledger.head for update');
    const head = Number(rows[0]!.position);
    const fresh = entries.filter(({ position }) => position > head);
    const last = fresh.at(-1);
    if (!last) return;
    if (fresh[0]!.position !== head + 1)
      throw new Error(`the entry at position ${fresh[0]!.position} does not follow on ${head}`);
    await insertEntries(client, fresh);
    await client.query(
      'insert into ledger.vault_keys (id, wrapped) select * from unnest($1::uuid[], $2::bytea[]) on conflict do nothing',
      [keys.map(({ id }) => id), keys.map(({ wrapped }) => wrapped)],
    );
    await client.query('update ledger.head set position = $1, recorded_at = greatest(recorded_at, $2)', [
      last.position,
      last.recordedAt.toISOString(),
    ]);
  });
}

const COLUMNS = `position, id, revision, schema_version, occurred_at, recorded_at, stream, type, origin, account, origin_event_id,
  correlation_id, actor, authenticated_by, subjects, attributes, body, causation_id, key_id`;

async function insertEntries(client: pg.ClientBase, entries: readonly Entry[]): Promise<void> {
  await client.query(
    `insert into ledger.entries (${COLUMNS}, stored_hash, content_mac)
    select ${COLUMNS}, decode(stored_hash, 'hex'), decode(content_mac, 'hex')
    from json_to_recordset($1::json) as r(position bigint, id uuid, revision bigint, schema_version int, occurred_at timestamptz,
      recorded_at timestamptz, stream text, type text, origin text, account text, origin_event_id text, correlation_id text, actor text,
      authenticated_by text, subjects text[], attributes jsonb, body text, causation_id text, key_id uuid, stored_hash text, content_mac text)`,
    [JSON.stringify(entries.map(rowOf))],
  );
}

const rowOf = (entry: Entry) => ({
  position: entry.position,
  id: entry.id,
  revision: entry.revision,
  schema_version: entry.schemaVersion,
  occurred_at: entry.occurredAt.toISOString(),
  recorded_at: entry.recordedAt.toISOString(),
  stream: entry.stream,
  type: entry.type,
  origin: entry.origin,
  account: entry.account,
  origin_event_id: entry.originEventId,
  correlation_id: entry.correlationId,
  actor: entry.actor,
  authenticated_by: entry.authenticatedBy,
  subjects: entry.subjects,
  attributes: entry.attributes,
  body: entry.body,
  causation_id: entry.causationId ?? null,
  key_id: entry.keyId ?? null,
  stored_hash: entry.storedHash.toString('hex'),
  content_mac: entry.contentMac.toString('hex'),
});

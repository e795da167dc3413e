import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Clock } from '../../kernel/clock.js';
import { lengthPrefixed, uuidV5 } from '../../kernel/entry-id.js';
import { Problem } from '../../kernel/errors.js';
import type { ReportContent, ReportKind } from '../../ingest/provider-report.js';
import type { Vault } from '../../ledger/vault.js';
import type { Database } from '../../storage/database.js';

/** A report as it is handed over. */
export interface Upload {
  provider: string;
  kind: string;
  /** For sentences about what is wrong in it. */
  name?: string;
  bytes: Buffer;
  /** The only batch that it may have lines of, as they say it, where that is known. */
  batch?: string;
  /** The time that it covers, `until` excluded; needed of kinds that do not say it themselves. */
  from?: Date;
  until?: Date;
}

/** A report that is kept. */
export interface KeptReport {
  id: string;
  provider: string;
  kind: string;
  /** SHA-256 of its bytes, hexadecimal. */
  digest: string;
  bytes: number;
  lines: number;
  from: Date;
  until: Date;
  receivedAt: Date;
  actor: string;
}

export interface ReportsDeps {
  database: Pick<Database, 'pool'>;
  vault: Pick<Vault, 'seal' | 'unseal'>;
  kinds: readonly ReportKind[];
  clock: Clock;
  /** Keeps rows that only a report tells as entries. */
  keepObjects(provider: string, content: ReportContent): Promise<void>;
}

export interface Added {
  outcome: 'recorded' | 'duplicate';
  report: KeptReport;
  /** Of which batches it has lines; none of a report of some days. */
  batches: readonly string[];
}

export const REPORT_BYTES_MAX = 33_554_432;

const COLUMNS = `id, provider, kind, digest, size as bytes, lines, from_at as "from", until_at as "until",
  received_at as "receivedAt", actor`;

/** Reports of providers, byte for byte, and what they say. */
export class ProviderReports {
  constructor(private readonly deps: ReportsDeps) {}

  get kinds(): readonly ReportKind[] {
    return this.deps.kinds;
  }

  /** Reads and keeps a report. The same bytes again are the same report. Throws Problem `too_large`, or `invalid_request` with the line that is wrong. */
  async add(upload: Upload, actor: string): Promise<Added> {
    const { provider, bytes } = upload;
    const kind = this.kindOf(provider, upload.kind);
    if (bytes.length > REPORT_BYTES_MAX) throw new Problem('too_large', 'A report may have 32 MiB.');
    if (bytes.length === 0) throw new Problem('invalid_request', 'The report is empty.');
    const content = await kind.read(upload.name ?? 'report', Readable.from([bytes]));
    const { from, until } = coverage(kind, upload, content);
    const batches = batchesOf(kind, content);
    refuseOthers(upload.batch, batches);
    await this.deps.keepObjects(provider, content);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const id = uuidV5(lengthPrefixed(['provider report', provider, kind.name, digest]));
    const sealed = this.deps.vault.seal(JSON.stringify(bytes.toString('base64')), () => true);
    const { id: keyId, wrapped } = sealed.key!; // a text that is sealed has a key
    const { rowCount } = await this.deps.database.pool.query(
      `with kept as (
         insert into close.provider_reports
           (id, provider, kind, digest, size, from_at, until_at, lines, actor, received_at, body, body_key_id, batches)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $14) on conflict do nothing returning body_key_id)
       insert into ledger.vault_keys (id, wrapped) select body_key_id, $13 from kept`,
      [
        id,
        provider,
        kind.name,
        digest,
        bytes.length,
        from,
        until,
        content.lines.length,
        actor,
        this.deps.clock(),
        sealed.body,
        keyId,
        wrapped,
        batches,
      ],
    );
    const report = (await this.find(id))!;
    // One that was kept by a version that did not note them.
    if (rowCount === 0)
      await this.deps.database.pool.query('update close.provider_reports set batches = $2 where id = $1', [
        id,
        batches,
      ]);
    if (rowCount === 0 && (report.from.getTime() !== from.getTime() || report.until.getTime() !== until.getTime()))
      throw new Problem(
        'conflict',
        `The same report is kept for ${report.from.toISOString()} to ${report.until.toISOString()}.`,
      );
    return { outcome: rowCount === 0 ? 'duplicate' : 'recorded', report, batches };
  }

  async find(id: string): Promise<KeptReport | undefined> {
    const { rows } = await this.deps.database.pool.query<KeptReport>(
      `select ${COLUMNS} from close.provider_reports where id = $1`,
      [id],
    );
    return rows[0];
  }

  /** Reports that touch a time, the newest first; of all times when it is left out. At most `limit`, where one is given. */
  async list(query: { provider?: string; from?: Date; until?: Date; limit?: number }): Promise<KeptReport[]> {
    const { rows } = await this.deps.database.pool.query<KeptReport>(
      `select ${COLUMNS} from close.provider_reports
       where ($1::text is null or provider = $1) and ($2::timestamptz is null or until_at > $2)
         and ($3::timestamptz is null or from_at < $3)
       order by received_at desc, id limit $4`,
      [query.provider ?? null, query.from ?? null, query.until ?? null, query.limit ?? null],
    );
    return rows;
  }

  /** What a kept report says. */
  async content(report: KeptReport): Promise<ReportContent> {
    const bytes = await this.bytes(report);
    return this.kindOf(report.provider, report.kind).read('report', Readable.from([bytes]));
  }

  /** A kept report, byte for byte. */
  async bytes({ id }: Pick<KeptReport, 'id'>): Promise<Buffer> {
    const { rows } = await this.deps.database.pool.query<{ body: string; body_key_id: string }>(
      'select body, body_key_id from close.provider_reports where id = $1',
      [id],
    );
    const { body, body_key_id: keyId } = rows[0]!;
    return Buffer.from(JSON.parse(await this.deps.vault.unseal(body, keyId)) as string, 'base64');
  }

  kindOf(provider: string, name: string): ReportKind {
    const own = this.kinds.filter((kind) => kind.provider === provider);
    const found = own.find((kind) => kind.name === name);
    if (found) return found;
    const names = own.map((kind) => kind.name).join(', ');
    throw new Problem(
      'invalid_request',
      names === '' ? `No reports of ${provider} can be read.` : `${provider} has no report "${name}"; it has ${names}.`,
    );
  }
}

/** What a report of a batch says of which one it is. */
const batchesOf = ({ complete, undated }: ReportKind, { lines }: ReportContent): string[] =>
  complete && !undated ? [...new Set(lines.flatMap(({ payout }) => (payout === undefined ? [] : [payout])))] : [];

/** Before anything of it is in the ledger. Throws Problem `invalid_request`. */
function refuseOthers(batch: string | undefined, found: readonly string[]): void {
  if (batch === undefined || (found.length === 1 && found[0] === batch)) return;
  const has = found.length === 0 ? 'no line of a batch' : `lines of ${found.slice(0, 3).join(', ')}`;
  throw new Problem('invalid_request', `The file is not that of ${batch}: it has ${has}.`);
}

/** Where the file does not say it, whoever brings it does; where it does, from its first to its last line. */
function coverage(kind: ReportKind, { from, until }: Upload, { lines }: ReportContent): { from: Date; until: Date } {
  if (kind.undated) {
    if (!from || !until || from >= until)
      throw new Problem(
        'invalid_request',
        `A report ${kind.name} does not say which days it covers: give from and to.`,
      );
    const outside = kind.complete && lines.find(({ at }) => at < from.getTime() || at >= until.getTime());
    if (outside) throw new Problem('invalid_request', `${outside.id} was not made within the days that are given.`);
    return { from, until };
  }
  if (lines.length === 0) throw new Problem('invalid_request', 'The report has no lines.');
  const times = lines.map(({ at }) => at);
  const first = times.reduce((least, at) => Math.min(least, at));
  const last = times.reduce((most, at) => Math.max(most, at));
  return { from: from ?? new Date(first), until: until ?? new Date(last + 1) };
}

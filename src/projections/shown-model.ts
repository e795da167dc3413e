import type pg from 'pg';
import type { Position } from '../ledger/ledger.js';

/** What the stored read model shows. */
export interface ShownModel {
  /** Up to which it is folded. */
  newest: Position;
  /** IANA name of the zone that its days are in. */
  timeZone: string;
  /** True while it is that of another version, which is being rebuilt. */
  superseded: boolean;
}

interface Stored {
  position: bigint;
  version: string;
}

const STORED = 'select position, model_version as version from model.checkpoint';

/** What a transaction sees of the read model, where this process is of the version `ours`; an empty model shows nothing of another. */
export async function shownModel(reader: Pick<pg.ClientBase, 'query'>, ours: string): Promise<ShownModel> {
  const { rows } = await reader.query<Stored>(STORED);
  return shownBy(rows[0]!, ours);
}

/** The same of a repeatable-read transaction, which it begins in the same breath; each statement in it may take so many milliseconds (0: any). */
export async function beginShown(client: pg.ClientBase, ours: string, statementMs: number): Promise<ShownModel> {
  const begin = `begin isolation level repeatable read read only; set local statement_timeout = ${statementMs}`;
  // pg answers several statements with several results, which its types do not know.
  const results: unknown = await client.query(`${begin}; ${STORED}`);
  const [, , { rows }] = results as [unknown, unknown, pg.QueryResult<Stored>];
  return shownBy(rows[0]!, ours);
}

function shownBy(stored: Stored, ours: string): ShownModel {
  const newest = Number(stored.position);
  const version = newest === 0 ? ours : stored.version;
  return { newest, superseded: version !== ours, timeZone: version.split(' ')[0]! };
}

/** How an answer says that it is of an earlier version. */
export const markOf = ({ superseded }: Pick<ShownModel, 'superseded'>): { rebuilding?: true } =>
  superseded ? { rebuilding: true } : {};

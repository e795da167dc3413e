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

/** What a transaction sees of the read model, where this process is of the version `ours`; an empty model shows nothing of another. */
export async function shownModel(reader: Pick<pg.ClientBase, 'query'>, ours: string): Promise<ShownModel> {
  const { rows } = await reader.query<{ position: bigint; version: string }>(
    'select position, model_version as version from model.checkpoint',
  );
  const newest = Number(rows[0]!.position);
  const version = newest === 0 ? ours : rows[0]!.version;
  return { newest, superseded: version !== ours, timeZone: version.split(' ')[0]! };
}

/** How an answer says that it is of an earlier version. */
export const markOf = ({ superseded }: Pick<ShownModel, 'superseded'>): { rebuilding?: true } =>
  superseded ? { rebuilding: true } : {};

import type { Database } from '../src/storage/database.js';

export interface Range {
  from: string;
  to: string;
  days: number;
}

export interface Turn {
  counts: { matched: number; missing: number; phantom: number };
}

export function turnsOver(
  load: (module: string) => Promise<unknown>,
  range?: Range,
): Record<'sql' | 'match' | 'compare' | 'product', (database: Database) => Promise<Turn>>;

import type { Database } from '../src/storage/database.js';
import type { Range } from './reconcile-turns.mjs';

export function fill(database: Database, orders: number, events: number, range?: Range): Promise<void>;

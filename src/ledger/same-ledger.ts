import { SetupError } from '../kernel/errors.js';
import type { Database } from '../storage/database.js';
import type { Ledger } from './ledger.js';

/**
 * A read model that is ahead of the ledger was made of another one, or of a later state of it: going on would mix two histories. Throws
 * SetupError.
 */
export async function assertSameLedger(ledger: Pick<Ledger, 'head'>, readModel: Pick<Database, 'pool'>): Promise<void> {
  const { rows } = await readModel.pool.query<{ position: bigint | null }>(
    'select max(position) as position from model.checkpoint',
  );
  const [known, head] = [Number(rows[0]?.position ?? 0), await ledger.head()];
  if (known <= head) return;
  throw new SetupError(
    `The read model was made of a ledger with ${known} entries, but this one has ${head}. Copy that one into it first (\`truth-ledger ledger copy\`), set LEDGER_URL back, or name a new database in DATABASE_URL.`,
  );
}

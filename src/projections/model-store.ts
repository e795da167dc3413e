import type pg from 'pg';
import type { Node, Ref } from '../catalog/facts.js';
import type { Zone } from '../kernel/day.js';
import { identifierDoc, partDoc, type StoredIdentifier, type StoredPart } from './documents.js';
import { prepareWrite, type WriteModel } from './model-writer.js';
import { type Customer, type Identifier, kindOf, type Part } from './rows.js';
import type { Changes } from './changes.js';

/** What a fold reads of the stored model; rows that do not exist are left out. */
export interface ModelReader {
  parts(refs: readonly Ref[]): Promise<Part[]>;
  partsOfParties(parties: readonly Node[]): Promise<Part[]>;
  /** Parts whose facts name one of the identifiers. Reads the whole table. */
  partsNaming(nodes: readonly Node[]): Promise<Part[]>;
  identifiers(nodes: readonly Node[]): Promise<Identifier[]>;
  customers(ids: readonly Node[]): Promise<Customer[]>;
}

/** Reads and writes the read model in bulk, in the schema of the live model or of one being rebuilt. */
export class ModelStore implements ModelReader {
  constructor(
    private readonly pool: pg.Pool,
    private readonly schema: 'model' | 'model_next',
    private readonly zone: Zone,
  ) {}

  async parts(refs: readonly Ref[]): Promise<Part[]> {
    if (refs.length === 0) return [];
    return this.readParts('ref = any($1)', [refs]);
  }

  partsOfParties(parties: readonly Node[]): Promise<Part[]> {
    return this.readParts('party = any($1)', [parties]);
  }

  partsNaming(nodes: readonly Node[]): Promise<Part[]> {
    return this.readParts(`(doc->'nodes')::jsonb ?| $1`, [nodes]);
  }

  private async readParts(where: string, values: unknown[]): Promise<Part[]> {
    const { rows } = await this.pool.query<PartRow>({
      name: `parts ${this.schema} ${where}`,
      text: `select ref, purchase, party, customer_present, (extract(epoch from at) * 1000)::float8 as at_ms,
                    amount_minor::text, currency, status, doc
             from ${this.schema}.parts where ${where}`,
      values,
    });
    return rows.map((row) => ({
      ref: row.ref,
      kind: kindOf(row.ref),
      purchase: row.purchase,
      party: row.party,
      present: row.customer_present,
      columns: { at: row.at_ms, amountMinor: row.amount_minor, currency: row.currency, status: row.status },
      doc: partDoc(row.doc),
    }));
  }

  async identifiers(nodes: readonly Node[]): Promise<Identifier[]> {
    if (nodes.length === 0) return [];
    const { rows } = await this.pool.query<Omit<Identifier, 'doc'> & { doc: StoredIdentifier }>({
      name: `identifiers ${this.schema}`,
      text: `select node, customer, doc from ${this.schema}.identifiers where node = any($1)`,
      values: [nodes],
    });
    return rows.map(({ node, customer, doc }) => ({ node, customer, doc: identifierDoc(node, doc) }));
  }

  async customers(ids: readonly Node[]): Promise<Customer[]> {
    const { rows } = await this.pool.query<Customer>({
      name: `customers ${this.schema}`,
      text: `select customer, user_id as "userId", (extract(epoch from signed_up_at) * 1000)::float8 as "signedUpAt",
                    (extract(epoch from first_touch_at) * 1000)::float8 as "firstTouchAt", source, medium, campaign,
                    unknown_reason as reason, first_payment_ref as "firstPaymentRef",
                    (extract(epoch from first_payment_at) * 1000)::float8 as "firstPaymentAt",
                    first_payment_entry::text as "firstPaymentEntry"
             from ${this.schema}.customers where customer = any($1)`,
      values: [ids],
    });
    return rows;
  }

  /** The changes of a batch as they are now, ready to be written in a transaction together with the checkpoint. */
  prepare(changes: Changes, { daily = true } = {}): WriteModel {
    return prepareWrite(this.schema, this.zone, changes, daily);
  }
}

interface PartRow {
  ref: Ref;
  purchase: Ref;
  party: Node;
  doc: StoredPart;
  customer_present: boolean;
  at_ms: number | null;
  amount_minor: string | null;
  currency: string | null;
  status: string | null;
}

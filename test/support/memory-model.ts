import { applyFact } from '../../src/catalog/merge-facts.js';
import type { Fact } from '../../src/catalog/facts.js';
import { Zone } from '../../src/kernel/day.js';
import type { Entry } from '../../src/ledger/ledger.js';
import { metrics } from '../../src/metrics/index.js';
import { type Contributing, Contributions } from '../../src/projections/contributions.js';
import type { ModelReader } from '../../src/projections/model-store.js';
import { Projector } from '../../src/projections/projector.js';
import type { Customer, Identifier, Part, TouchRow } from '../../src/projections/rows.js';
import type { Changes, Rows } from '../../src/projections/changes.js';

/** A row of `model.contributions`. */
export interface ContributionRow {
  position: number;
  ordinal: number;
  metric: string;
  subject: string;
  day: string;
  currency: string;
  delta: string;
  source: string;
  medium: string;
  campaign: string;
  unknown_reason: string | null;
  customer_kind: string;
  customer_present: boolean;
  fact: string;
  entry_id: string;
  at: number;
}

const rowOf = ({ position, ordinal, subject, what, by, sign }: Contributing, zone: Zone): ContributionRow => ({
  ...{ position, ordinal, metric: what.metric, subject, day: zone.dayOf(what.at), currency: what.currency },
  delta: String(BigInt(sign) * BigInt(what.delta)),
  ...{ source: by.source, medium: by.medium, campaign: by.campaign, unknown_reason: by.reason },
  ...{ customer_kind: by.kind, customer_present: by.present, fact: what.fact, entry_id: what.entryId, at: what.at },
});

/** The tables of the read model in memory, as JSON, so that nothing is shared with the fold by accident. */
export class MemoryModel implements ModelReader {
  readonly tables = {
    parts: new Map<string, string>(),
    identifiers: new Map<string, string>(),
    customers: new Map<string, string>(),
  };
  readonly contributions: ContributionRow[] = [];
  readonly touches: TouchRow[] = [];

  constructor(private readonly zone: Zone) {}

  private read<T>(table: Map<string, string>, keys: readonly string[]): Promise<T[]> {
    return Promise.resolve(keys.flatMap((key) => (table.has(key) ? [JSON.parse(table.get(key)!) as T] : [])));
  }
  parts = (refs: readonly string[]) => this.read<Part>(this.tables.parts, refs);
  identifiers = (nodes: readonly string[]) => this.read<Identifier>(this.tables.identifiers, nodes);
  customers = (ids: readonly string[]) => this.read<Customer>(this.tables.customers, ids);
  partsOfParties = async (parties: readonly string[]) =>
    this.partsThatTell(parties).filter((part) => parties.includes(part.party));
  partsNaming = async (nodes: readonly string[]) =>
    this.partsThatTell(nodes).filter(({ doc }) => doc.nodes.some((node) => nodes.includes(node)));

  // Only what has one of the texts somewhere is parsed: of everything that a property test does, parsing takes longest.
  private partsThatTell(texts: readonly string[]): Part[] {
    const written = texts.map((text) => JSON.stringify(text));
    return [...this.tables.parts.values()]
      .filter((part) => written.some((text) => part.includes(text)))
      .map((part) => JSON.parse(part) as Part);
  }

  write(changes: Changes): void {
    const all = <T>({ added, changed }: Rows<T>): T[] => [...added, ...changed];
    for (const part of all(changes.parts)) this.tables.parts.set(part.ref, JSON.stringify(part));
    for (const row of all(changes.identifiers)) this.tables.identifiers.set(row.node, JSON.stringify(row));
    for (const node of changes.removedIdentifiers) this.tables.identifiers.delete(node);
    for (const row of all(changes.customers)) this.tables.customers.set(row.customer, JSON.stringify(row));
    for (const id of changes.removedCustomers) this.tables.customers.delete(id);
    this.contributions.push(...changes.contributions.map((each) => rowOf(each, this.zone)));
    this.touches.push(...changes.touches);
  }

  /** Net rows without positions and entry ids, sorted: what the state hash covers. */
  async state(): Promise<Record<string, unknown>> {
    const net = new Map<string, bigint>();
    for (const { position: _p, ordinal: _o, entry_id: _e, delta, ...key } of this.contributions) {
      const text = JSON.stringify(key);
      net.set(text, (net.get(text) ?? 0n) + BigInt(delta));
    }
    const parts = await this.parts([...this.tables.parts.keys()]);
    const identifiers = await this.identifiers([...this.tables.identifiers.keys()]);
    const customers = await this.customers([...this.tables.customers.keys()]);
    return {
      contributions: [...net]
        .filter(([, value]) => value !== 0n)
        .map(([key, value]) => `${key} = ${value}`)
        .sort(),
      parts: parts
        .map(({ ref, purchase, party, present, columns }) => JSON.stringify({ ref, purchase, party, present, columns }))
        .sort(),
      identifiers: identifiers.map(({ node, customer }) => `${node} -> ${customer}`).sort(),
      customers: customers.map(({ firstPaymentEntry: _, ...row }) => JSON.stringify(row)).sort(),
    };
  }

  /** Sum of a metric over everything, per currency (`''` for counts). */
  total(metric: string, where: Partial<ContributionRow> = {}): bigint {
    return this.contributions
      .filter(
        (row) =>
          row.metric === metric &&
          Object.entries(where).every(([key, value]) => row[key as keyof ContributionRow] === value),
      )
      .reduce((sum, row) => sum + BigInt(row.delta), 0n);
  }
}

const ENTRY: Omit<Entry, 'id' | 'position' | 'body'> = {
  stream: 's-1',
  revision: 0,
  type: 'test',
  schemaVersion: 1,
  origin: 'test',
  account: '',
  originEventId: 'e',
  occurredAt: new Date(0),
  recordedAt: new Date(0),
  correlationId: 'c',
  actor: 'test',
  authenticatedBy: 'none',
  subjects: [],
  attributes: {},
  contentMac: Buffer.alloc(0),
  storedHash: Buffer.alloc(0),
};

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

// Days of a zone are remembered by it, and making one is dear.
const zones = new Map<string, Zone>();
const zoneOf = (name: string): Zone => zones.get(name) ?? zones.set(name, new Zone(name)).get(name)!;

/** Folds batches of entries, each a list of facts, into a model in memory, an empty one unless it is given. */
export async function projected(
  batches: readonly (readonly { id: number; facts: readonly Fact[] }[])[],
  zone = 'UTC',
  model = new MemoryModel(zoneOf(zone)),
): Promise<MemoryModel> {
  const interpret = ({ body }: { body: unknown }) => body as readonly Fact[];
  const projector = new Projector(model, new Contributions(metrics), interpret, applyFact);
  let position = 0;
  for (const batch of batches) {
    const entries = batch.map(({ id, facts }) => ({
      ...ENTRY,
      id: uuid(id),
      position: ++position,
      body: JSON.stringify(facts),
    }));
    for (let left = entries; left.length > 0;) {
      const { changes, parked, position: upTo } = await projector.project(left);
      if (parked.length > 0) throw new Error(parked.map((each) => each.error).join('; '));
      model.write(changes);
      left = left.filter((entry) => entry.position > upTo);
    }
    projector.forget();
  }
  return model;
}

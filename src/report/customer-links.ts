import type pg from 'pg';
import type { Node } from '../catalog/facts.js';
import type { Ledger } from '../ledger/ledger.js';
import { identifierDoc, type StoredIdentifier } from '../projections/documents.js';
import { isCrowded, linksOf } from '../projections/people.js';
import { type Identifier, isAnonymous, isUser } from '../projections/rows.js';

/** What is looked at of one customer; more is cut off. */
const ROWS_MAX = 1_000;

/** A link that facts name and that makes nobody one: `links` is how many the identifier has in all. */
export interface NonLink {
  /** Of the customer. */
  identifier: Node;
  /** The other end; null where there are too many to name. */
  other: Node | null;
  /** `crowded`: too many others have it. `shared_device`, `ambiguous`: several customers have it. `two_users`, `separated`. */
  reason: 'crowded' | 'shared_device' | 'ambiguous' | 'two_users' | 'separated';
  links: number;
}

/** The identifiers of a customer, what was decided about them, and which links were not followed. */
export async function linksReport(pool: pg.Pool, ledger: Ledger, customer: Node) {
  const own = await identifiersWhere(pool, 'customer = $1', customer);
  const members = new Set(own.map(({ node }) => node));
  const elsewhere = new Set(own.filter((each) => !isCrowded(each)).flatMap(linksOf));
  for (const { doc } of own) for (const node in doc.decided) elsewhere.add(node);
  for (const node of members) elsewhere.delete(node);
  const others = await identifiersWhere(pool, 'node = any($1)', [...elsewhere]);
  const byNode = new Map(others.map((each) => [each.node, each]));
  return {
    identifiers: [...members].sort(),
    non_links: own.flatMap((each) => nonLinksOf(each, members, byNode)),
    decisions: await decisionsOn(ledger, own),
  };
}

async function identifiersWhere(pool: pg.Pool, where: string, value: unknown): Promise<Identifier[]> {
  const { rows } = await pool.query<{ node: Node; customer: Node; doc: StoredIdentifier }>(
    `select node, customer, doc from model.identifiers where ${where} order by node limit ${ROWS_MAX}`,
    [value],
  );
  return rows.map(({ node, customer, doc }) => ({ node, customer, doc: identifierDoc(node, doc) }));
}

const linkCount = (identifier: Identifier): number => linksOf(identifier).length + identifier.doc.moreShared;

function nonLinksOf(own: Identifier, members: ReadonlySet<Node>, others: ReadonlyMap<Node, Identifier>): NonLink[] {
  const identifier = own.node;
  if (isCrowded(own)) return [{ identifier, other: null, reason: 'crowded', links: linkCount(own) }];
  return linksOf(own).flatMap((node): NonLink[] => {
    const other = others.get(node);
    if (members.has(node) || !other) return [];
    return [{ identifier, other: node, ...whyNot(own, other) }];
  });
}

function whyNot(own: Identifier, other: Identifier): Pick<NonLink, 'reason' | 'links'> {
  if (own.doc.decided?.[other.node]?.[0] === 'separate') return { reason: 'separated', links: linkCount(other) };
  if (isCrowded(other)) return { reason: 'crowded', links: linkCount(other) };
  if (isUser(own.node) && isUser(other.node)) return { reason: 'two_users', links: linkCount(other) };
  if (isAnonymous(other.node)) return { reason: 'shared_device', links: linkCount(other) };
  if (isAnonymous(own.node)) return { reason: 'shared_device', links: linkCount(own) };
  return { reason: 'ambiguous', links: linkCount(other) };
}

/** The decisions in force, each with who took it, when and why. */
async function decisionsOn(ledger: Ledger, own: readonly Identifier[]) {
  const found = new Map<string, { identifier: Node; other: Node; kind: string }>();
  for (const { node, doc } of own) {
    for (const [other, [kind, , entryId]] of Object.entries(doc.decided ?? {}))
      if (!found.has(entryId)) found.set(entryId, { identifier: node, other, kind });
  }
  const entries = await ledger.findMany([...found.keys()]);
  return entries.map((entry) => ({
    ...found.get(entry.id)!,
    reason: (JSON.parse(entry.body) as { reason: string }).reason,
    actor: entry.actor,
    decided_at: entry.occurredAt.toISOString(),
    entry_id: entry.id,
    position: entry.position,
  }));
}

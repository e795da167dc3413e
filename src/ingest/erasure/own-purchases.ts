import type pg from 'pg';
import type { Node, Ref } from '../../catalog/facts.js';

/** A part of a purchase as the read model has it. */
export interface PurchasePart {
  ref: Ref;
  /** Of which purchase. */
  purchase: Ref;
  /** Whom facts about it named. */
  nodes: readonly Node[];
  /** Entries that establish something of it. */
  entryIds: readonly string[];
}

/** Those parts of a person's purchases that are of nobody else. `own`: all identifiers of the person. */
export async function ownPurchases(pool: pg.Pool, own: readonly Node[]): Promise<PurchasePart[]> {
  const { rows } = await pool.query<{ ref: Ref; purchase: Ref; nodes: Node[]; entry_ids: string[] }>(
    `select ref, purchase, doc->'nodes' as nodes,
       array(select distinct e.value->>'entryId' from json_each(doc->'effects') e order by 1) as entry_ids
     from model.parts where party = any($1) order by ref`,
    [own],
  );
  const parts = rows.map(({ ref, purchase, nodes, entry_ids: entryIds }) => ({ ref, purchase, nodes, entryIds }));
  const named = [...new Set(parts.flatMap(({ nodes }) => nodes))];
  const known = await pool.query<{ node: Node; customer: Node }>(
    'select node, customer from model.identifiers where node = any($1)',
    [named],
  );
  const customers = new Map(known.rows.map(({ node, customer }) => [node, customer]));
  return ofNobodyElse(parts, new Set(own), (node) => customers.get(node) ?? node);
}

/**
 * A purchase belongs to one person, and may name others: two who share an order, a gift that somebody else paid for. Nobody is erased with
 * them: a part that names somebody else is left, and of a purchase that does so in any part, only those parts count which name the person.
 * An address or a device without a customer is somebody else only where the purchase names the person by nothing better.
 */
export function ofNobodyElse(
  parts: readonly PurchasePart[],
  own: ReadonlySet<Node>,
  customerOf: (node: Node) => Node,
): PurchasePart[] {
  const best = new Map<Ref, number>();
  for (const { purchase, nodes } of parts)
    for (const node of nodes.filter((each) => own.has(each)))
      best.set(purchase, Math.min(best.get(purchase) ?? NOBODY, rankOf(customerOf(node))));
  const namesOther = ({ purchase, nodes }: PurchasePart): boolean =>
    nodes.some((node) => !own.has(node) && rankOf(customerOf(node)) <= (best.get(purchase) ?? NOBODY));
  const shared = new Set(parts.filter(namesOther).map(({ purchase }) => purchase));
  return parts.filter(
    (part) => !namesOther(part) && (!shared.has(part.purchase) || part.nodes.some((node) => own.has(node))),
  );
}

const NOBODY = 3; // a guest of whom nothing is known

/** How well an identifier tells who somebody is, the best first: a user or a provider's customer, an address, a device. */
const rankOf = (node: Node): number =>
  node.startsWith('guest:') ? NOBODY : node.startsWith('anonymous:') ? 2 : node.startsWith('email:') ? 1 : 0;

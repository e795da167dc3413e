import type pg from 'pg';
import type { Node, Ref } from '../../catalog/facts.js';
import { nodesMeant } from '../../catalog/identifiers.js';
import { Problem } from '../../kernel/errors.js';
import { OWN_ORIGIN } from '../../ledger/decide-and-append.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Vault } from '../../ledger/vault.js';
import { emailOf, holdsEmail } from '../../ledger/vault/email-address.js';
import { OBJECT_KINDS, objectTag } from '../purchase-objects.js';
import { ownPurchases } from './own-purchases.js';
import type { AskedBy, PersonFound } from './person-erased.js';

type Hashes = Pick<Vault, 'emailHash' | 'safeId' | 'subjectTag'>;

/** Somebody who is asked for, without a word that is personal: identifiers as the read model writes them. */
export interface PersonAsked {
  asked_by: AskedBy;
  nodes: readonly Node[];
}

/** Exactly one of them. */
export type PersonNamed = { readonly [By in AskedBy]?: string | undefined };

/** Hashes what may not be kept. Throws Problem `invalid_request` for what names nobody, without repeating it. */
export function personAsked(named: PersonNamed, vault: Hashes): PersonAsked {
  const given = (Object.entries(named) as [AskedBy, string | undefined][]).filter(([, value]) => value !== undefined);
  if (given.length !== 1) throw new Problem('invalid_request', 'Give one of customer, user_id and email.');
  const [asked_by, value] = given[0] as [AskedBy, string];
  if (asked_by === 'email') {
    if (emailOf(value) === undefined) throw new Problem('invalid_request', 'email must be one e-mail address.');
    // Some services use the address as the id of the user.
    return { asked_by, nodes: [`email:${vault.emailHash(value)}`, `user:${vault.safeId(value)}`] };
  }
  const id = asked_by === 'user_id' ? vault.safeId(value) : value;
  if (holdsEmail(id)) throw new Problem('invalid_request', `${asked_by} may hold no e-mail address: give it as email.`);
  return { asked_by, nodes: asked_by === 'user_id' ? [`user:${id}`] : nodesMeant(id, vault) };
}

/**
 * All identifiers of the person, as the read model links them now, and the parts of their purchases that are of nobody else. A user id or an
 * address that no customer has is somebody all the same: what was refused or only tracked may speak of them, or what comes later.
 * Throws Problem `not_found` for a customer that does not exist.
 */
export async function findPerson(
  deps: { pool: pg.Pool; ledger: Pick<Ledger, 'findMany'>; vault: Hashes },
  { asked_by, nodes }: PersonAsked,
): Promise<PersonFound> {
  const known = await customersOf(deps.pool, nodes);
  if (asked_by === 'customer' && known.length === 0)
    throw new Problem('not_found', 'No customer has this identifier; see GET /v1/customers/{id}.');
  // A plain id may be of several kinds; the likeliest is meant, as where customers are shown. An address is meant wherever it stands.
  const customers = asked_by === 'customer' ? known.slice(0, 1) : known;
  const members = await membersOf(deps.pool, customers);
  const own = [...new Set([...members, ...(asked_by === 'customer' ? [] : nodes)])];
  const tags = tagsOf(own, deps.vault);
  const parts = await ownPurchases(deps.pool, own);
  const objectTags = parts.flatMap(({ ref }) => (isObject(ref) ? [objectTag(deps.vault, ref)] : [])).sort();
  const ofPurchases = parts.flatMap(({ entryIds }) => entryIds);
  return {
    tags,
    browserTags: tagsOf(await browsersOf(deps.pool, own), deps.vault).filter((tag) => !tags.includes(tag)),
    objectTags,
    entryIds: await untaggedEntries(deps, own, ofPurchases, [...tags, ...objectTags]),
  };
}

/** The tags under which entries speak of these identifiers, each once. A guest has one too, which no entry carries. */
export const tagsOf = (nodes: readonly Node[], vault: Pick<Vault, 'subjectTag'>): string[] =>
  [...new Set(nodes.flatMap((node) => tagOf(node, vault) ?? []))].sort();

const isObject = (ref: Ref): boolean => OBJECT_KINDS.some((kind) => ref.startsWith(`${kind}:`));

const KINDS: Readonly<Record<string, Parameters<Vault['subjectTag']>[0]>> = {
  user: 'u',
  anonymous: 'a',
  stripe: 'c',
  square: 'c',
  adyen: 'c',
  guest: 'g',
};

function tagOf(node: Node, vault: Pick<Vault, 'subjectTag'>): string | undefined {
  const colon = node.indexOf(':');
  const [prefix, value] = [node.slice(0, colon), node.slice(colon + 1)];
  if (prefix === 'email') return `e.${value}`;
  const kind = KINDS[prefix];
  return kind && vault.subjectTag(kind, value);
}

async function customersOf(pool: pg.Pool, nodes: readonly Node[]): Promise<Node[]> {
  const { rows } = await pool.query<{ customer: Node }>(
    'select customer from model.identifiers where node = any($1) order by array_position($1, node)',
    [nodes],
  );
  return [...new Set(rows.map(({ customer }) => customer))];
}

async function membersOf(pool: pg.Pool, customers: readonly Node[]): Promise<Node[]> {
  const { rows } = await pool.query<{ node: Node }>('select node from model.identifiers where customer = any($1)', [
    customers,
  ]);
  return rows.map(({ node }) => node);
}

/** Devices that browsers say are this user's and nobody else's. */
async function browsersOf(pool: pg.Pool, own: readonly Node[]): Promise<Node[]> {
  const users = own.flatMap((node) => (node.startsWith('user:') ? [node.slice('user:'.length)] : []));
  const { rows } = await pool.query<{ anonymous_id: string }>(
    `select distinct anonymous_id from ingest.sdk_links l where user_id = any($1)
     and not exists (select from ingest.sdk_links o where o.anonymous_id = l.anonymous_id and o.user_id <> all($1))`,
    [users],
  );
  return rows.map(({ anonymous_id: id }) => `anonymous:${id}`);
}

const FIND_MAX = 1_000;

/** The given entries and those under effects on the person that carry none of the tags, as all did before there were tags of purchases. */
async function untaggedEntries(
  { pool, ledger }: { pool: pg.Pool; ledger: Pick<Ledger, 'findMany'> },
  own: readonly Node[],
  ofPurchases: readonly string[],
  tags: readonly string[],
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select distinct e.value->>'entryId' as id from model.identifiers d, json_each(d.doc->'effects') e where d.node = any($1)`,
    [own],
  );
  const ids = [...new Set([...ofPurchases, ...rows.map(({ id }) => id)])];
  const carried = new Set(tags);
  const found: string[] = [];
  for (let at = 0; at < ids.length; at += FIND_MAX) {
    const entries = await ledger.findMany(ids.slice(at, at + FIND_MAX));
    for (const { id, origin, keyId, subjects } of entries)
      if (keyId !== undefined && origin !== OWN_ORIGIN && !subjects.some((tag) => carried.has(tag) || isCustomer(tag)))
        found.push(id);
  }
  return found.sort();
}

// One that names somebody else is erased with them.
const isCustomer = (tag: string): boolean => tag.startsWith('u.') || tag.startsWith('c.');

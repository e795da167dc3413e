#!/usr/bin/env node
// Verifies a pack of Truth Ledger: node verify-pack.mjs PACK.zip [--key FINGERPRINT] [--witness checkpoints.log] [--json]
//
// One file without dependencies, for Node 18 or later. It needs no server, no secret and nothing but the pack, which may also be a
// folder it was unpacked into. Three verdicts: `integrity`, nothing in it was changed; `completeness`, nothing that belongs in it is
// missing; `container`, the zip is the one that was made: signed, unsigned, or a folder, where there is no zip to speak of. Exit code 0
// where all hold, 1 where one does not, 2 where it cannot be read or was called wrongly.
//
// What it derives again: the signature of the manifest and the SHA-256 of each file; the hash of each ledger entry from its fields;
// from these, and the hashes of the subtrees on both sides, the root that the ledger's checkpoint signs; that positions have no hole;
// that each journal entry balances and the totals are its sums; that trial balance, roll-forward and bridge add up and tie to the journal;
// that tie-out results are those in the ledger; and of a closed period, that the close in the ledger names the digest of what it stored,
// and that journal and statements are what it stored.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInflateRaw } from 'node:zlib';

const FORMAT = 'truth-ledger/pack/1';
const ENTRY_DOMAIN = 'truth-ledger/entry/1\n';
const ZIP_SEAL = 'truth-ledger/zip/1 ';
const UNLISTED = ['manifest.json', 'manifest.sig']; // the manifest cannot list itself
const FINDINGS_MAX = 1000;

/**
 * Verifies the files of a pack. `pack` has `names`, the list of them, and `read(name)`, their bytes as an iterable of buffers; of a zip also
 * `container`, its comment and the `digest()` of all before it. Options:
 * `key`, the fingerprint that the signer's key must have; `witness`, the text of a witness file. Never throws for what a pack says.
 */
export async function verifyPack(pack, options = {}) {
  const found = new Findings();
  const manifest = await readManifest(pack, found, options);
  if (manifest === undefined) return found.report({});
  await checkContainer(pack.container, manifest, found);
  const files = new Files(pack, manifest, found);
  files.compareNames();
  const facts = {
    period: manifest.period,
    state: manifest.state,
    version: manifest.version,
    signed_by: manifest.fingerprint,
  };
  try {
    Object.assign(facts, await derive(files, manifest, found, options.witness));
  } catch (error) {
    found.broken('unreadable', undefined, `What the pack says cannot be followed: ${error.message}.`);
  }
  await files.readTheRest();
  return found.report(facts);
}

/** Derives again what can be, and tells what was looked at. */
async function derive(files, manifest, found, witness) {
  const parameters = (await files.json('parameters.json')) ?? {};
  const proof = (await files.json('proof.json')) ?? {};
  const checkpoint = await files.json('checkpoint.json');
  const root = checkCheckpoint(checkpoint, manifest, found, witness);
  for (const name of ['period', 'state', 'version'])
    if (parameters[name] !== manifest[name])
      found.broken('parameters', 'parameters.json', `${name} is not that of the manifest.`);
  const journal = new Journal(found);
  await files.rows('journal.jsonl', (line) => journal.line(line));
  journal.compareTotals(await files.json('totals.json'));
  const close = new Close(parameters);
  const statements = await files.json('statements.json');
  // Of a close that stored none, statements tell what was booked then by what is understood now: activity may have moved since.
  const isOfNow = close.isClosed && statements?.stored === false;
  if (statements !== undefined) checkStatements(statements, journal.totals, isOfNow, found);
  const tieOuts = new TieOuts((await files.json('tie-out.json')) ?? {}, manifest, found);
  const entries = new Entries({ parameters, proof, root, checkpoint, journal, close, tieOuts, found });
  for (const name of files
    .names()
    .filter((each) => each.startsWith('entries/'))
    .sort())
    await files.rows(name, (entry) => entries.next(entry, name));
  entries.end();
  await files.rows('earlier.jsonl', (entry) => entries.earlier(entry));
  journal.endOfEntries();
  close.end(journal, statements, found);
  tieOuts.end();
  return {
    ...{ entries: entries.count, withheld: entries.withheld, lines: journal.count },
    checkpoint: checkpoint && { size: checkpoint.size, root: checkpoint.root, signed_at: checkpoint.signed_at },
  };
}

/**
 * The zip itself: its comment signs every byte before it. One that somebody made of the same files has no such comment, and is not what the
 * manifest says the pack was made as; the files may be good all the same.
 */
async function checkContainer(container, { publicKey, container: madeAs }, found) {
  if (container === undefined) return found.contained('folder');
  const { comment, digest } = container;
  if (comment === '') {
    found.contained('unsigned');
    if (madeAs === 'zip')
      found.repacked(
        'The pack was made as a signed zip, and this one has no signature: it was taken off, or zipped again.',
      );
    return;
  }
  found.contained('signed');
  const signed = Buffer.from(comment.slice(ZIP_SEAL.length), 'base64');
  const isSigned = comment === ZIP_SEAL + signed.toString('base64');
  if (!isSigned || !holds(Buffer.from(ZIP_SEAL + (await digest())), publicKey, signed))
    found.repacked('The zip is not as it was made: the signature in its comment does not hold.');
}

class Findings {
  integrity = [];
  completeness = [];
  container = [];
  counts = { integrity: 0, completeness: 0, container: 0 };
  containerIs = 'unknown'; // until the manifest tells by which key it would be signed

  /** Something was changed. */
  broken(check, file, detail, position) {
    this.add('integrity', { check, file, detail, position });
  }

  /** Something is not there. */
  missing(check, file, detail, position) {
    this.add('completeness', { check, file, detail, position });
  }

  /** `signed`, `unsigned` or `folder`. */
  contained(as) {
    this.containerIs = as;
  }

  /** It is not in the zip that was made. */
  repacked(detail) {
    this.add('container', { check: 'container', detail });
  }

  add(verdict, finding) {
    this.counts[verdict] += 1;
    if (this[verdict].length < FINDINGS_MAX) this[verdict].push({ verdict, ...finding });
  }

  report(facts) {
    const { integrity, completeness, container } = this.counts;
    return {
      ok: integrity === 0 && completeness === 0 && container === 0,
      integrity: { ok: integrity === 0, count: integrity, findings: this.integrity },
      completeness: { ok: completeness === 0, count: completeness, findings: this.completeness },
      container: { is: this.containerIs, ok: container === 0, count: container, findings: this.container },
      ...facts,
    };
  }
}

async function readManifest(pack, found, { key }) {
  for (const name of ['manifest.json', 'manifest.sig']) {
    if (pack.names.includes(name)) continue;
    found.missing('file_missing', name, `There is no ${name}: nothing can be said of the pack.`);
    return undefined;
  }
  const bytes = await wholeOf(pack, 'manifest.json', found);
  const signature = await wholeOf(pack, 'manifest.sig', found);
  let manifest;
  let publicKey;
  try {
    manifest = JSON.parse(text(bytes));
    if (manifest.format !== FORMAT) throw new Error(`its format is not ${FORMAT}`);
    if (!Array.isArray(manifest.files) || !manifest.files.every((file) => typeof file.name === 'string'))
      throw new Error('it lists no files');
    publicKey = createPublicKey(manifest.public_key);
    if (publicKey.asymmetricKeyType !== 'ed25519') throw new Error('its key is not an Ed25519 key');
  } catch (error) {
    found.broken('manifest', 'manifest.json', `The manifest cannot be read: ${error.message}.`);
    return undefined;
  }
  const written = signature.toString('latin1');
  const signed = Buffer.from(written, 'base64');
  if (`${signed.toString('base64')}\n` !== written || !holds(bytes, publicKey, signed))
    found.broken('manifest_signature', 'manifest.sig', 'The signature of the manifest does not hold.');
  const fingerprint = sha256(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)).toString('hex');
  if (manifest.fingerprint !== fingerprint)
    found.broken('manifest', 'manifest.json', 'The fingerprint in the manifest is not that of its key.');
  if (key !== undefined && key.replace(/[\s:]/g, '').toLowerCase() !== fingerprint)
    found.broken('key', 'manifest.json', `It was signed by the key ${fingerprint}, which is not the one you gave.`);
  return { ...manifest, publicKey, fingerprint };
}

const holds = (bytes, key, signature) => {
  try {
    return verify(null, bytes, key, signature);
  } catch {
    return false;
  }
};

/** The files of a pack, each hashed as it is read. */
class Files {
  constructor(pack, manifest, found) {
    this.pack = pack;
    this.found = found;
    this.listed = new Map(manifest.files.map((file) => [file.name, file]));
    this.read = new Set();
    if (this.listed.size !== manifest.files.length)
      found.broken('manifest', 'manifest.json', 'A file is listed twice.');
  }

  names() {
    return [...this.listed.keys()];
  }

  compareNames() {
    const there = new Set(this.pack.names);
    if (there.size !== this.pack.names.length) this.found.broken('file_twice', undefined, 'Two files have one name.');
    for (const name of there)
      if (!this.listed.has(name) && !UNLISTED.includes(name))
        this.found.broken('file_unlisted', name, `${name} is not listed in the manifest.`);
    for (const name of this.listed.keys())
      if (!there.has(name))
        this.found.missing('file_missing', name, `${name} is listed in the manifest and not there.`);
    for (const name of REQUIRED)
      if (!this.listed.has(name)) this.found.missing('file_missing', name, `The manifest does not list ${name}.`);
  }

  /** The chunks of a file; what it lacks is told once. */
  async *chunks(name) {
    const file = this.listed.get(name);
    if (!file || !this.pack.names.includes(name)) return;
    this.read.add(name);
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const chunk of this.pack.read(name)) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      this.found.broken('file_unreadable', name, `${name} cannot be read: ${error.message}.`);
      return;
    }
    if (bytes !== file.bytes || hash.digest('hex') !== file.sha256)
      this.found.broken('file_altered', name, `${name} is not what the manifest lists: its SHA-256 is another.`);
  }

  async json(name) {
    const chunks = [];
    for await (const chunk of this.chunks(name)) chunks.push(chunk);
    if (chunks.length === 0) return undefined;
    try {
      return JSON.parse(text(Buffer.concat(chunks)));
    } catch {
      this.found.broken('unreadable', name, `${name} is not JSON.`);
      return undefined;
    }
  }

  /** Hands on each row of a JSON Lines file. */
  async rows(name, take) {
    let rest = Buffer.alloc(0);
    let number = 0;
    const row = (bytes) => {
      number += 1;
      try {
        take(JSON.parse(text(bytes)), number);
      } catch (error) {
        this.found.broken('unreadable', name, `Row ${number} of ${name} cannot be read: ${error.message}.`);
      }
    };
    for await (const chunk of this.chunks(name)) {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let from = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
        row(rest.subarray(from, end));
        from = end + 1;
      }
      rest = rest.subarray(from);
    }
    if (rest.length > 0) row(rest);
  }

  async readTheRest() {
    for (const name of this.listed.keys())
      if (!this.read.has(name)) for await (const chunk of this.chunks(name)) void chunk;
  }
}

const REQUIRED = ['parameters.json', 'proof.json', 'checkpoint.json', 'journal.jsonl', 'totals.json', 'numbers.json'];

/** The root that the checkpoint signs; undefined where its signature does not hold. */
function checkCheckpoint(checkpoint, { publicKey, origin }, found, witness) {
  if (checkpoint === undefined) return undefined;
  const { size, root, signed_at: signedAt, signature } = checkpoint;
  const bytes = Buffer.from(String(root), 'hex');
  const signed = Buffer.from(String(signature), 'base64');
  const note = `${checkpoint.origin}\n${size}\n${bytes.toString('base64')}\n${signedAt}\n`;
  if (checkpoint.origin !== origin || !holds(Buffer.from(note), publicKey, signed)) {
    found.broken('checkpoint_signature', 'checkpoint.json', 'The signature of the checkpoint does not hold.');
    return undefined;
  }
  const seen = witness === undefined ? undefined : rootIn(witness, checkpoint.origin, size);
  if (seen !== undefined && seen !== bytes.toString('base64'))
    found.broken('witness', 'checkpoint.json', `The witness has another root of size ${size}.`);
  if (witness !== undefined && seen === undefined)
    found.missing('witness', 'checkpoint.json', `The witness has no checkpoint of size ${size}.`);
  return bytes;
}

function rootIn(witness, origin, size) {
  const lines = witness.split('\n');
  const at = lines.findIndex((line, index) => line === origin && lines[index + 1] === String(size));
  return at < 0 ? undefined : lines[at + 2];
}

/** The journal: entries that balance, totals, and which ledger entries it stands on. */
class Journal {
  count = 0;
  wanted = new Map(); // position -> ledger entry id
  totals = new Map();
  hash = createHash('sha256');
  open = undefined; // the journal entry being read

  constructor(found) {
    this.found = found;
  }

  line(line) {
    this.count += 1;
    this.hash.update(journalText(line)).update('\n');
    const entry = `${line.period}\n${line.entry}\n${line.day}`;
    if (this.open?.entry !== entry) {
      this.balance();
      this.open = { entry, name: line.entry, sums: new Map(), functional: 0n };
    }
    const amount = BigInt(line.amount_minor);
    add(this.open.sums, line.currency, amount);
    if (line.functional_minor !== undefined) this.open.functional += BigInt(line.functional_minor);
    const key = `${line.account}\n${line.currency}`;
    const total = this.totals.get(key) ?? { debit: 0n, credit: 0n, lines: 0 };
    this.totals.set(key, total);
    total[amount < 0n ? 'credit' : 'debit'] += amount < 0n ? -amount : amount;
    total.lines += 1;
    if (line.position === undefined) return;
    if ((this.wanted.get(line.position) ?? line.entry_id) !== line.entry_id)
      this.found.broken('journal', 'journal.jsonl', `Two lines name position ${line.position}, with two ids.`);
    this.wanted.set(line.position, line.entry_id);
  }

  balance() {
    if (!this.open) return;
    const { name, sums, functional } = this.open;
    this.open = undefined;
    for (const [currency, sum] of sums)
      if (sum !== 0n)
        this.found.broken('balance', 'journal.jsonl', `${name} does not balance: ${sum} of ${currency} are left.`);
    if (functional !== 0n)
      this.found.broken('balance', 'journal.jsonl', `${name} does not balance in the functional currency.`);
  }

  compareTotals(totals) {
    this.balance();
    if (totals === undefined) return;
    const theirs = new Map((totals.trial_balance ?? []).map((row) => [`${row.account}\n${row.currency}`, row]));
    let same = totals.lines === this.count && theirs.size === this.totals.size;
    for (const [key, { debit, credit, lines }] of this.totals) {
      const row = theirs.get(key);
      same &&=
        row !== undefined &&
        row.debit_minor === String(debit) &&
        row.credit_minor === String(credit) &&
        row.lines === lines;
    }
    if (totals.lines > this.count)
      this.found.missing('journal_lines', 'journal.jsonl', `There are ${this.count} lines of ${totals.lines}.`);
    else if (!same) this.found.broken('totals', 'totals.json', 'The totals are not the sums of the journal.');
  }

  seen(position, id) {
    const wanted = this.wanted.get(position);
    if (wanted === undefined) return;
    if (wanted !== id)
      this.found.broken('journal', 'journal.jsonl', `A line names another entry at position ${position}.`, position);
    this.wanted.delete(position);
  }

  endOfEntries() {
    for (const position of this.wanted.keys())
      this.found.missing(
        'entry_of_line',
        'journal.jsonl',
        `The entry at position ${position}, which a line stands on, is not in the pack.`,
        position,
      );
  }
}

const add = (sums, key, amount) => sums.set(key, (sums.get(key) ?? 0n) + amount);

// What the close does not store of a line.
const journalText = (line) => canonicalJson({ ...line, received_at: undefined, origin_event_id: undefined });

/** The entries of the ledger, in the order of their positions, without a hole, up to the root. */
class Entries {
  count = 0;
  withheld = 0;

  constructor(given) {
    Object.assign(this, given);
    const { after, through, left, size } = this.proof;
    if (![after, through, size].every(Number.isSafeInteger)) throw new Error('the proof names no positions');
    this.position = after;
    this.through = through;
    this.tree = new Tree();
    const range = this.parameters.range ?? {};
    if (range.after !== after || range.through !== through)
      this.found.broken('range', 'proof.json', 'The proof is of other positions than the parameters name.');
    this.subtrees(0, after, left);
  }

  next(entry, file) {
    this.count += 1;
    const { position } = entry;
    if (position !== this.position + 1) {
      const isHole = position > this.position + 1;
      const detail = isHole
        ? `The entries at positions ${this.position + 1} to ${position - 1} are missing.`
        : `The entry at position ${position} comes after ${this.position}: it was put in or moved.`;
      if (isHole) this.found.missing('entries_missing', file, detail, this.position + 1);
      else this.found.broken('entry_order', file, detail, position);
    }
    this.position = position;
    const hash = this.hashOf(entry, file);
    this.tree.append(0, leafHash(hash));
    this.journal.seen(position, entry.id);
    this.close.entry(entry);
    this.tieOuts.entry(entry);
  }

  /** The hash that follows from the fields, or of a withheld entry the one it is said to have. */
  hashOf(entry, file) {
    const stated = Buffer.from(String(entry.stored_hash), 'hex');
    if (entry.withheld === true) {
      this.withheld += 1;
      return stated;
    }
    const hash = storedHash(entry);
    if (!hash.equals(stated))
      this.found.broken(
        'entry_altered',
        file,
        `The fields of entry ${entry.position} do not give its hash.`,
        entry.position,
      );
    return hash;
  }

  end() {
    const { after, through, size, right } = this.proof;
    const expected = through - after;
    if (this.count < expected)
      this.found.missing(
        'entries_missing',
        'entries',
        `There are ${this.count} entries of ${expected}.`,
        this.position + 1,
      );
    if (this.count > expected)
      this.found.broken('entries_extra', 'entries', `There are ${this.count} entries, and ${expected} in the range.`);
    if (this.root === undefined) return;
    if (size !== this.checkpoint.size)
      this.found.broken('range', 'proof.json', 'The proof is of another size than the checkpoint.');
    this.subtrees(through, size, right);
    const root = this.tree.root();
    if (!root.equals(this.root))
      this.found.broken(
        'root',
        'entries',
        `The entries at positions ${after + 1} to ${through} do not lead to the root that was signed.`,
      );
  }

  /** An entry before the range that a line stands on, with a proof of its own. */
  earlier({ path: siblings, ...entry }) {
    const hash = this.hashOf(entry, 'earlier.jsonl');
    const proof = siblings.map((each) => Buffer.from(each, 'hex'));
    if (this.root && !isIncluded(leafHash(hash), entry.position - 1, this.checkpoint.size, proof, this.root))
      this.found.broken(
        'inclusion',
        'earlier.jsonl',
        `The proof of entry ${entry.position} does not hold.`,
        entry.position,
      );
    this.journal.seen(entry.position, entry.id);
    this.tieOuts.entry(entry);
  }

  subtrees(from, to, hashes) {
    const places = wholeSubtrees(from, to);
    if (!Array.isArray(hashes) || hashes.length !== places.length) {
      this.found.broken('proof', 'proof.json', 'The proof has not the hashes that its range needs.');
      return;
    }
    places.forEach((level, index) => this.tree.append(level, Buffer.from(String(hashes[index]), 'hex')));
  }
}

/** Trial balance, roll-forward and bridge: that they add up, and that they are of this journal. `totals` by account and currency. */
function checkStatements(statements, totals, isOfNow, found) {
  const broken = (detail) => found.broken('statements', 'statements.json', detail);
  try {
    const closings = checkTrialBalance(statements, totals, broken);
    if (!isOfNow) checkRollForward(statements, closings, broken);
    checkBridge(statements, broken);
  } catch (error) {
    broken(`The statements cannot be followed: ${error.message}.`);
  }
}

/** The closing of each account and currency. */
function checkTrialBalance({ trial_balance: trial }, totals, broken) {
  const closings = new Map();
  const sums = new Map();
  for (const row of trial) {
    const key = `${row.account}\n${row.currency}`;
    const [opening, debit, credit, closing] = amountsOf(row, 'opening', 'debit', 'credit', 'closing');
    const total = totals.get(key) ?? { debit: 0n, credit: 0n };
    if (closings.has(key)) broken(`${row.account} ${row.currency} is in the trial balance twice.`);
    if (debit !== total.debit || credit !== total.credit)
      broken(`Debits and credits of ${row.account} ${row.currency} are not those of the journal.`);
    if (opening + debit - credit !== closing) broken(`${row.account} ${row.currency} does not add up.`);
    closings.set(key, closing);
    add(sums, row.currency, closing);
  }
  // Lines that only differ in worth move nothing of their own currency: an account with no others is not in the balance.
  for (const [key, { debit, credit }] of totals)
    if (!closings.has(key) && (debit !== 0n || credit !== 0n))
      broken(`The trial balance lacks ${key.replace('\n', ' ')}, which the journal has.`);
  for (const [currency, sum] of sums) if (sum !== 0n) broken(`The trial balance of ${currency} is ${sum}, and not 0.`);
  return closings;
}

function checkRollForward({ roll_forward: rolls }, closings, broken) {
  for (const { activity, ...row } of rolls) {
    const [opening, adjustments, closing] = amountsOf(row, 'opening', 'adjustments', 'closing');
    const moved = activity.reduce((sum, each) => sum + BigInt(each.net_minor), adjustments);
    if (opening + moved !== closing || (closings.get(`${row.account}\n${row.currency}`) ?? 0n) !== closing)
      broken(`The roll-forward of ${row.account} ${row.currency} does not come to what the account stands at.`);
  }
}

function checkBridge({ bridge, revenue }, broken) {
  const steps = new Map();
  for (const { currency, amount_minor: amount } of bridge) add(steps, currency, BigInt(amount));
  for (const row of revenue) {
    const [bridged, booked, unexplained] = amountsOf(row, 'bridged', 'journal', 'unexplained');
    if ((steps.get(row.currency) ?? 0n) !== bridged || booked - bridged !== unexplained)
      broken(`The bridge of ${row.currency} does not add up.`);
  }
}

const without = (object, names) => Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

const amountsOf = (row, ...names) => names.map((name) => BigInt(row[`${name}_minor`]));

/** Results of tie-outs: each is an entry of the ledger, and the last of its provider. */
class TieOuts {
  last = new Map(); // provider -> position, as the entries have it

  constructor({ results }, { period }, found) {
    this.isTold = Array.isArray(results); // packs of earlier versions tell none
    this.period = period;
    this.found = found;
    this.told = new Map((this.isTold ? results : []).map((result) => [result.position, result]));
    this.unseen = new Set(this.told.keys());
  }

  entry({ position, id, type, origin, body, withheld }) {
    const isTieOut = type === 'TieOutRecorded' && origin === 'truth-ledger' && !withheld;
    const data = isTieOut ? JSON.parse(body) : {};
    if (data.period === this.period && !(this.last.get(data.provider) > position))
      this.last.set(data.provider, position);
    const result = this.told.get(position);
    if (!result) return;
    this.unseen.delete(position);
    const told = without(result, ['entry_id', 'position', 'recorded_at', 'reports']);
    if (id !== result.entry_id || canonicalJson(data) !== canonicalJson(told))
      this.found.broken(
        'tie_out',
        'tie-out.json',
        `The result at position ${position} is not in the ledger.`,
        position,
      );
  }

  end() {
    for (const position of this.unseen)
      this.found.missing(
        'tie_out',
        'tie-out.json',
        `The entry of the result at position ${position} is not here.`,
        position,
      );
    for (const [provider, position] of this.last)
      if (this.isTold && !this.told.has(position))
        this.found.missing(
          'tie_out',
          'tie-out.json',
          `The last tie-out of ${provider} is not among the results.`,
          position,
        );
  }
}

/** The decision that closed the period, and what it stored. */
class Close {
  stored = new Map(); // stream -> { hash, entries, journal }
  closed = undefined;

  constructor({ period, state, version }) {
    this.period = period;
    this.version = version;
    this.isClosed = state === 'closed';
  }

  entry({ type, stream, origin, body, withheld }) {
    if (!this.isClosed || withheld || origin !== 'truth-ledger') return;
    if (type === 'PeriodClosed') {
      const data = JSON.parse(body);
      if (data.period === this.period && data.version === this.version) this.closed = data;
    }
    if (type !== 'CloseContents') return;
    const stored = this.stored.get(stream) ?? { hash: createHash('sha256'), journal: createHash('sha256'), entries: 0 };
    this.stored.set(stream, stored);
    stored.hash.update(body).update('\n');
    stored.entries += 1;
    const contents = JSON.parse(body);
    const { part, ...rest } = contents;
    if (part === 'statements') stored.statements = canonicalJson(rest);
    if (part === 'journal') for (const line of contents.lines) stored.journal.update(journalText(line)).update('\n');
  }

  end(journal, statements, found) {
    if (!this.isClosed) return;
    if (!this.closed) {
      found.missing('close', 'entries', `The decision that closed ${this.period} is not among the entries.`);
      return;
    }
    const stored = this.stored.get(this.closed.contents.stream);
    if (!stored || stored.entries !== this.closed.contents.entries) {
      found.missing('close', 'entries', 'What the close stored is not all among the entries.');
      return;
    }
    if (stored.hash.digest('hex') !== this.closed.digest)
      found.broken('close_digest', 'entries', 'What the close stored has not the digest that was approved.');
    if (stored.journal.digest('hex') !== journal.hash.digest('hex'))
      found.broken('journal', 'journal.jsonl', 'The journal is not the one that the close stored.');
    if (stored.statements === undefined) return; // closes of earlier versions stored none
    if (statements === undefined)
      return found.missing('statements', 'statements.json', 'The statements that the close stored are not here.');
    if (canonicalJson(without(statements, ['period', 'stored'])) !== stored.statements)
      found.broken('statements', 'statements.json', 'The statements are not those that the close stored.');
  }
}

// -- The Merkle tree (RFC 9162) and the hash of an entry ------------------------------------------------------------------------

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leafHash = (hash) => sha256(Buffer.from([0]), hash);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

/** A tree that grows by whole subtrees, from the left. */
class Tree {
  peaks = []; // { level, hash }, largest first

  append(level, hash) {
    let node = { level, hash };
    while (this.peaks.length > 0 && this.peaks[this.peaks.length - 1].level === node.level)
      node = { level: node.level + 1, hash: nodeHash(this.peaks.pop().hash, node.hash) };
    this.peaks.push(node);
  }

  root() {
    const hashes = this.peaks.map(({ hash }) => hash);
    return hashes.length === 0 ? sha256() : hashes.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** Levels of the whole subtrees that make up leaves `from` to `to`, from the left. */
function wholeSubtrees(from, to) {
  const levels = [];
  for (let start = from; start < to;) {
    let level = 0;
    while (start % 2 ** (level + 1) === 0 && start + 2 ** (level + 1) <= to) level += 1;
    levels.push(level);
    start += 2 ** level;
  }
  return levels;
}

function isIncluded(leaf, index, size, proof, root) {
  if (!(index >= 0 && index < size)) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}

function storedHash(entry) {
  const fields = [
    entry.id,
    entry.stream,
    String(entry.revision),
    entry.type,
    String(entry.schema_version),
    entry.origin,
    entry.account,
    entry.origin_event_id,
    entry.occurred_at,
    entry.recorded_at,
    entry.correlation_id,
    ...optional(entry.causation_id),
    entry.actor,
    entry.authenticated_by,
    String(entry.subjects.length),
    ...entry.subjects,
    canonicalJson(entry.attributes),
    Buffer.from(entry.content_mac, 'hex').toString('base64'),
    ...optional(entry.key_id),
    entry.body,
  ];
  return sha256(ENTRY_DOMAIN, fields.map((field) => `${Buffer.byteLength(field)}:${field}`).join(''));
}

const optional = (value) => (value === undefined || value === null ? ['0'] : ['1', value]);

function canonicalJson(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .filter((name) => value[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(',')}}`;
}

// -- Reading a zip or a folder --------------------------------------------------------------------------------------------------

const text = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

async function wholeOf(pack, name, found) {
  const chunks = [];
  try {
    for await (const chunk of pack.read(name)) chunks.push(chunk);
  } catch (error) {
    found.broken('file_unreadable', name, `${name} cannot be read: ${error.message}.`);
  }
  return Buffer.concat(chunks);
}

export async function openPack(location) {
  return statSync(location).isDirectory() ? folder(location) : zip(location);
}

function folder(root, below = '') {
  const names = [];
  const walk = (at) => {
    for (const entry of readdirSync(path.join(root, at), { withFileTypes: true }))
      if (entry.isDirectory()) walk(`${at}${entry.name}/`);
      else names.push(`${at}${entry.name}`);
  };
  walk(below);
  return { names, read: (name) => createReadStream(path.join(root, name)), close: () => Promise.resolve() };
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const TAIL_MAX = 22 + 65535;

async function zip(location) {
  const file = await open(location, 'r');
  const bytesAt = async (position, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    if (bytesRead !== length) throw new Error('it ends early');
    return buffer;
  };
  try {
    const { size } = await file.stat();
    const tail = await bytesAt(Math.max(0, size - TAIL_MAX), Math.min(size, TAIL_MAX));
    let at = tail.length - 22;
    while (at >= 0 && !(tail.readUInt32LE(at) === END && at + 22 + tail.readUInt16LE(at + 20) === tail.length)) at -= 1;
    if (at < 0) throw new Error('it is no zip');
    const comment = tail.toString('latin1', at + 22);
    const directory = await bytesAt(tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12));
    const entries = directoryOf(directory, tail.readUInt16LE(at + 10));
    const read = async function* (name) {
      const entry = entries.find((each) => each.name === name);
      const head = await bytesAt(entry.offset, 30);
      if (head.readUInt32LE(0) !== LOCAL) throw new Error('its head is damaged');
      const start = entry.offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
      if (entry.packed === 0) return;
      const raw = createReadStream(location, { start, end: start + entry.packed - 1 });
      yield* entry.method === 0 ? raw : inflated(raw);
    };
    const container = { comment, digest: () => digestOf(location, size - comment.length) };
    return { names: entries.map(({ name }) => name), read, container, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function digestOf(location, bytes) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(location, { end: bytes - 1 })) hash.update(chunk);
  return hash.digest('hex');
}

async function* inflated(raw) {
  const inflate = createInflateRaw();
  raw.on('error', (error) => inflate.destroy(error));
  yield* raw.pipe(inflate);
}

function directoryOf(directory, count) {
  const entries = [];
  for (let at = 0; entries.length < count;) {
    if (directory.readUInt32LE(at) !== CENTRAL) throw new Error('its directory is damaged');
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => directory.readUInt16LE(at + place));
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

// -- The command ----------------------------------------------------------------------------------------------------------------

function lines(report) {
  const {
    integrity,
    completeness,
    container,
    period,
    state,
    version,
    signed_by: key,
    entries,
    withheld,
    lines,
    checkpoint,
  } = report;
  const about =
    period === undefined
      ? []
      : [
          `Pack of ${period}, ${state}${version === undefined ? '' : `, version ${version}`}: ${entries} ledger entries, ${lines} journal lines.`,
          ...(checkpoint
            ? [`Checkpoint of ${checkpoint.size} entries, signed ${checkpoint.signed_at}, root ${checkpoint.root}.`]
            : []),
          `Signed by the key ${key}: compare it with the one that you were given by another way.`,
          ...(withheld > 0
            ? [`${withheld} entries are withheld: their hashes are proven, their contents are not here.`]
            : []),
        ];
  const verdict = (name, { ok, count, findings }) => [
    `${name}: ${ok ? 'holds' : `DOES NOT HOLD, ${count} findings`}`,
    ...findings.map(({ check, detail }) => `  ${check}: ${detail}`),
  ];
  return [
    ...about,
    ...verdict('integrity', integrity),
    ...verdict('completeness', completeness),
    `container: ${container.is}${container.ok ? '' : ', DOES NOT HOLD'}`,
    ...container.findings.map(({ detail }) => `  ${detail}`),
  ];
}

async function main(args) {
  const options = {};
  const rest = [];
  for (let at = 0; at < args.length; at += 1) {
    if (args[at] === '--json') options.json = true;
    else if (['--key', '--witness'].includes(args[at]) && args[at + 1]) options[args[at].slice(2)] = args[(at += 1)];
    else rest.push(args[at]);
  }
  if (rest.length !== 1 || rest[0].startsWith('-')) {
    console.error('node verify-pack.mjs PACK.zip|FOLDER [--key FINGERPRINT] [--witness checkpoints.log] [--json]');
    return 2;
  }
  try {
    const witness = options.witness === undefined ? undefined : readFileSync(options.witness, 'utf8');
    const pack = await openPack(rest[0]);
    const report = await verifyPack(pack, { key: options.key, witness });
    await pack.close();
    console.log(options.json ? JSON.stringify(report, null, 2) : lines(report).join('\n'));
    return report.ok ? 0 : 1;
  } catch (error) {
    console.error(`The pack cannot be read: ${error.message}.`);
    return 2;
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}

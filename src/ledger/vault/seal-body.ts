import { ESCAPED, scanJson, type JsonVisitor } from '../../kernel/json-scan.js';
import { SEALED } from '../../kernel/sealed-token.js';
import type { VaultKey } from '../ledger.js';
import type { SealedBody, SealingPolicy } from '../vault.js';
import { emailOf, emailsIn, holdsEmail } from './email-address.js';
import type { EntryKey } from './keys.js';

/** What stands in the place of a value whose key was erased. */
export const ERASED = '"[erased]"';

export interface SealingKeys {
  /** Keyed hash of a normalised e-mail address. */
  emailHash(email: string): string;
  /** A key that nothing was sealed under yet, and as the vault keeps it. */
  newKey(): { key: EntryKey; kept: VaultKey };
}

/** Replaces the personal tokens of a JSON text by sealed ones. Throws Problem `unreadable_body`. */
export function sealBody(keys: SealingKeys, text: string, policy: SealingPolicy): SealedBody {
  const sealing = new Sealing(keys, text, policy);
  scanJson(text, sealing);
  return sealing.result();
}

class Sealing implements JsonVisitor {
  private readonly tokens: Replaced[] = [];
  private readonly subjects = new Set<string>();

  constructor(
    private readonly keys: SealingKeys,
    private readonly text: string,
    private readonly policy: SealingPolicy,
  ) {}

  string(path: readonly string[], start: number, end: number, flags: number): void {
    const value = this.valueOf(start, end, flags);
    if (flags !== 0 && this.isSealedAlways(value, start, end)) return;
    if (this.policy(path, value)) this.replace(start, end, '');
  }

  number(path: readonly string[], start: number, end: number): void {
    if (this.policy(path, Number(this.text.slice(start, end)))) this.replace(start, end, '');
  }

  oddName(_path: readonly string[], start: number, end: number, flags: number): void {
    this.isSealedAlways(this.valueOf(start, end, flags), start, end);
  }

  result(): SealedBody {
    const { text, tokens } = this;
    const subjects = [...this.subjects];
    if (tokens.length === 0) return { body: text, subjects };
    const { key, kept } = this.keys.newKey();
    const sealed = key.seal(tokens.map(({ start, end }) => text.slice(start, end)));
    let body = '';
    let copied = 0;
    for (let index = 0; index < tokens.length; index++) {
      const { start, end, suffix } = tokens[index]!;
      body += `${text.slice(copied, start)}"${SEALED}${sealed[index]!}${suffix}"`;
      copied = end;
    }
    return { body: body + text.slice(copied), subjects, key: kept };
  }

  // An escape must not hide what a value is: with a backslash in it, its meaning decides and not its spelling.
  private valueOf(start: number, end: number, flags: number): string {
    return (flags & ESCAPED) === 0
      ? this.text.slice(start + 1, end - 1)
      : (JSON.parse(this.text.slice(start, end)) as string);
  }

  /** Whatever the policy says: addresses, and what looks sealed already, because only we make such tokens. */
  private isSealedAlways(value: string, start: number, end: number): boolean {
    if (holdsEmail(value)) this.replaceEmail(value, start, end);
    else if (value.startsWith(SEALED)) this.replace(start, end, '');
    else return false;
    return true;
  }

  private replaceEmail(value: string, start: number, end: number): void {
    const email = emailOf(value);
    const hash = email === undefined ? undefined : this.keys.emailHash(email);
    const found = hash === undefined ? emailsIn(value).map((each) => this.keys.emailHash(each)) : [hash];
    for (const each of found) this.subjects.add(`e.${each}`);
    this.replace(start, end, hash === undefined ? '' : `:${hash}`);
  }

  private replace(start: number, end: number, suffix: string): void {
    this.tokens.push({ start, end, suffix });
  }
}

/** Where a token stands that is sealed, and what is said beside its ciphertext. */
interface Replaced {
  start: number;
  end: number;
  suffix: string;
}

/** The received text again, or with `[erased]` in the place of sealed tokens where there is no key. Throws SealBroken. */
export function unsealBody(body: string, key: EntryKey | undefined): string {
  const places: { start: number; end: number }[] = [];
  const pieces: string[] = [];
  const note = (_path: readonly string[], start: number, end: number): void => {
    if (!body.startsWith(SEALED, start + 1)) return;
    const from = start + 1 + SEALED.length;
    const colon = body.indexOf(':', from);
    places.push({ start, end });
    pieces.push(body.slice(from, colon < 0 || colon >= end ? end - 1 : colon));
  };
  // Stored bodies passed the limits when they came in; sealing adds no tokens.
  scanJson(body, { string: note, oddName: note });
  if (places.length === 0) return body;
  const opened = key?.open(pieces);
  let text = '';
  let copied = 0;
  places.forEach(({ start, end }, index) => {
    text += body.slice(copied, start) + (opened?.[index] ?? ERASED);
    copied = end;
  });
  return text + body.slice(copied);
}

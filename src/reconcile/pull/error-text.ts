import { emailsIn } from '../../ledger/vault/email-address.js';
import { SourceFailure } from '../source.js';

// Longer than a status or a port, and no date: numbers of phones, cards and accounts, also written in groups.
const NUMBER = /(?<!\d|\d-)(?!\d{4}-\d{2}-\d{2}(?!\d))\+?\d(?:[ ().-]{0,2}\d){6,}/g;
const IP = /\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b|(?:[0-9a-f]{1,4}:)+:[0-9a-f:]*/gi;

/**
 * What is kept of a failure, and shown to whoever may read: a sentence that is the same for the same trouble, and on a second line what
 * the other side wrote, without what may be somebody's.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof SourceFailure)) return brokenText(error as Error & { code?: unknown });
  const { said } = error.more;
  return said === undefined ? error.message : `${error.message}\n${withoutPeople(said)}`;
}

/** A mistake in our own code, or what the database did not take. Its words may quote what came, so that only its kind and place are told. */
function brokenText({ name, code, stack }: Error & { code?: unknown }): string {
  const sentence = `reading it broke: ${typeof code === 'string' ? `${name} ${code}` : name}`;
  const [, place] = /([\w.-]+\.[jt]s:\d+):\d+\)?$/m.exec(stack ?? '') ?? [];
  return place === undefined ? sentence : `${sentence}\nat ${place}`;
}

/** Addresses of mail and of machines, and long numbers, are taken out. Pure. */
export function withoutPeople(text: string): string {
  const mailless = emailsIn(text).reduce(
    (rest, email) => {
      const anyCase = new RegExp(email.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
      return rest.replace(anyCase, '(address)');
    },
    text.replace(/%(?:25)*40/gi, '@'),
  );
  return mailless.replace(IP, '(ip)').replace(NUMBER, '(number)');
}

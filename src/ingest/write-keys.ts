import { createHash, timingSafeEqual } from 'node:crypto';

/** A key that browsers send with their events. It is public: it tells where events belong, not that they are true. */
export interface WriteKey {
  name: string;
  key: string;
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Finds the name of a key that was sent, in a time that does not depend on how near it was. */
export function writeKeyFinder(keys: readonly WriteKey[]): (sent: string | undefined) => string | undefined {
  const hashed = keys.map(({ name, key }) => ({ name, digest: hash(key) }));
  return (sent) => {
    if (sent === undefined) return undefined;
    const digest = hash(sent);
    let found: string | undefined;
    for (const key of hashed) if (timingSafeEqual(key.digest, digest)) found = key.name;
    return found;
  };
}

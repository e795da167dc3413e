import { isIPv4, isIPv6 } from 'node:net';

const CHARS_MAX = 100; // the longest address has 45, and the name of an interface may follow

/** The network that an address is in: /24 of IPv4, /48 of IPv6. Undefined for what is no address. */
export function truncatedAddress(address: unknown): string | undefined {
  if (typeof address !== 'string' || address.length > CHARS_MAX) return undefined;
  const plain = address
    .trim()
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/s, '');
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(plain)) return undefined;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - tailGroups.length);
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...tailGroups];
  return `${all
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/48`;
}

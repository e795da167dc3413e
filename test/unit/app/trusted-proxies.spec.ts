import { describe, expect, it } from '@jest/globals';
import { createAdapter } from '../../../src/app/server.js';
import { readConfig } from '../../../src/config.js';

const env = { DATA_DIR: 'x', ADMIN_API_KEY: 'a_key_of_sixteen_characters' };

/** Whom a request is taken to come from. */
async function askedFrom(trusted: string, remoteAddress: string, forwarded?: string): Promise<string> {
  const { trustedProxies } = readConfig({ ...env, TRUSTED_PROXIES: trusted });
  const http = createAdapter(trustedProxies).getInstance();
  http.get('/', (request) => Promise.resolve(request.ip));
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return (await http.inject({ url: '/', remoteAddress, headers })).body;
}

describe('who asks', () => {
  it.each([
    ['nobody is trusted, then the connection says', '', '10.0.0.5', '203.0.113.7', '10.0.0.5'],
    ['the connection is a proxy of ours, then it says', '10.0.0.0/8', '10.0.0.5', '203.0.113.7', '203.0.113.7'],
    ['two of ours in a row, then the first', '10.0.0.0/8,fd00::/8', 'fd00::1', '203.0.113.7, 10.0.0.9', '203.0.113.7'],
    [
      'somebody puts an address before his own, then it is his own',
      '10.0.0.5',
      '10.0.0.5',
      '192.0.2.1, 203.0.113.7',
      '203.0.113.7',
    ],
    ['somebody else says it, then the connection counts', '10.0.0.0/8', '198.51.100.2', '203.0.113.7', '198.51.100.2'],
  ])('given %s', async (_, trusted, remote, forwarded, expected) => {
    expect(await askedFrom(trusted, remote, forwarded)).toBe(expected);
  });

  it.each(['everybody', '10.0.0.0/33', '10.0.0.1/8/8', '10.0.0', '::/129', '10.0.0.1,'])(
    'given %s as those who are trusted, then it is refused with a sentence',
    (text) => {
      expect(() => readConfig({ ...env, TRUSTED_PROXIES: text })).toThrow(/TRUSTED_PROXIES must be IP addresses/);
    },
  );
});

import { SetupError } from '../../../kernel/errors.js';

/** Where a ledger is: what the client is told, and what our streams begin with. */
export interface Address {
  connectionString: string;
  /** `truth` unless the address says `ledger=…`: several ledgers, and other users, may share one cluster. */
  name: string;
  /** Before the name of every stream, `truth.`, so that the server finds ours by a prefix. */
  prefix: string;
}

const DEFAULT_NAME = 'truth';

/** Reads LEDGER_URL. `ledger` is our own parameter and is not passed on. Throws SetupError for what would fail silently later. */
export function readAddress(url: string): Address {
  const [place, query = ''] = url.split(/\?(.*)/s);
  const pairs = query.split('&').filter((pair) => pair !== '');
  const valueOf = (name: string): string | undefined =>
    pairs.find((pair) => pair.toLowerCase().startsWith(`${name.toLowerCase()}=`))?.slice(name.length + 1);
  const name = valueOf('ledger') ?? DEFAULT_NAME;
  if (!/^[a-z0-9_]{1,40}$/.test(name))
    throw new SetupError('The ledger named in LEDGER_URL must be 1 to 40 small letters, digits or underscores.');
  if (valueOf('tls') === 'false' && /\/\/[^/@]+@/.test(place!))
    throw new SetupError(
      'LEDGER_URL has a user, but tls=false: the client would not send it. Use TLS, or leave the user out.',
    );
  if (valueOf('throwOnAppendFailure') === 'false')
    throw new SetupError('LEDGER_URL has throwOnAppendFailure=false, which hides conflicts; leave it out.');
  const passed = pairs.filter((pair) => !pair.toLowerCase().startsWith('ledger='));
  if (valueOf('connectionName') === undefined) passed.push('connectionName=truth-ledger');
  return { connectionString: `${place}?${passed.join('&')}`, name, prefix: `${name}.` };
}

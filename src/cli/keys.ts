import { InvalidArgumentError } from 'commander';
import { ApiKeys } from '../app/auth/api-keys.js';
import { postgresKeyStore, scopes, type Scope } from '../app/auth/key-store.js';
import { print, table, withService, type AddCommand, type CliContext } from './context.js';

interface CreateOptions {
  name: string;
  account?: string;
  scope: Scope[];
  origin?: string[];
  json?: boolean;
}

const COLUMNS = ['id', 'name', 'account', 'scopes', 'origins', 'created_at', 'revoked_at'];

const withKeys = <T>(context: CliContext, use: (keys: ApiKeys) => Promise<T>): Promise<T> =>
  withService(context, ({ database }) => use(new ApiKeys(postgresKeyStore(database.pool), context.clock, undefined)));

const scopeOf = (text: string, before: Scope[] = []): Scope[] => {
  if (!(scopes as readonly string[]).includes(text))
    throw new InvalidArgumentError(`It must be one of ${scopes.join(', ')}.`);
  return [...before, text as Scope];
};

const more = (text: string, before: string[] = []): string[] => [...before, text];

export const addKeys: AddCommand = (program, context) => {
  const keys = program.command('keys').description('Make, list and revoke the API keys of services and people.');

  keys
    .command('create')
    .summary('Make a key and print it.')
    .description('Make a key and print it. Its secret is kept nowhere: it cannot be printed again.')
    .requiredOption('--name <name>', 'the service or the person it is for')
    .requiredOption('--scope <scope>', `what it may do: ${scopes.join(', ')} (repeat for several)`, scopeOf)
    .option(
      '--origin <source>',
      "a CloudEvents source it may write, such as /auth, or '*' for any (repeat for several)",
      more,
    )
    .option('--account <account>', 'the account its events belong to (default: the name)')
    .option('--json', 'print JSON')
    .action(async ({ name, account, scope, origin, json }: CreateOptions) => {
      const { key, token } = await withKeys(context, (store) =>
        store.create({ name, account, scopes: scope, origins: origin ?? [] }),
      );
      if (scope.includes('events:write') && !origin)
        context.err('This key may write no origin yet: make it with --origin to send events.');
      print(context, json, { id: key.id, key: token }, () => [token]);
    });

  keys
    .command('list')
    .summary('List every key.')
    .description('List every key, revoked ones too, without secrets.')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const known = await withKeys(context, (store) => store.list());
      const rows = known.map(({ createdAt, revokedAt, ...key }) => ({
        ...key,
        created_at: createdAt,
        revoked_at: revokedAt,
      }));
      print(context, json, { data: rows }, () => table(rows, COLUMNS));
    });

  keys
    .command('revoke')
    .summary('Make a key worthless.')
    .description('Make a key worthless. Running services learn it within five seconds.')
    .argument('<id>', 'the id of the key: the part between tl_ and the next _')
    .option('--json', 'print JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const revoked = await withKeys(context, (store) => store.revoke(id));
      print(context, json, { id, revoked }, () => [
        revoked ? `Key ${id} is revoked.` : `There is no key ${id} to revoke.`,
      ]);
      if (!revoked) context.exitCode = 1;
    });
};

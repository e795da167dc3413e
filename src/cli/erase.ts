import { ErasePerson } from '../app/commands/erase-person.js';
import { SetupError } from '../kernel/errors.js';
import type { PersonNamed } from '../ingest/erasure/find-person.js';
import { print, table, withOperator, type AddCommand } from './context.js';

interface Options {
  customer?: string;
  userId?: string;
  email?: string;
  reason: string;
  json?: boolean;
}

const WAIT_MS = 3_600_000; // somebody watches, and may press Ctrl-C: what was decided is carried out all the same
const COLUMNS = ['id', 'state', 'recorded', 'entries', 'dead_letters', 'tracked_events', 'keys_deleted', 'finished_at'];

export const addErase: AddCommand = (program, context) => {
  program
    .command('erase')
    .summary('Erase a person for good.')
    .description(
      'Erase a person for good: the keys of their personal data are deleted, now and of whatever comes later. Amounts, ids and times stay, no number moves.',
    )
    .option('--customer <id>', 'any identifier of a customer: user:u1, stripe:cus_1, email:<hash>')
    .option('--user-id <id>', 'a user id, also of somebody who is no customer')
    .option('--email <address>', 'an e-mail address; your shell may keep it in its history')
    .requiredOption('--reason <text>', 'why; it goes into the ledger as it is')
    .option('--json', 'print JSON')
    .action(async ({ customer, userId: user_id, email, reason, json }: Options) => {
      const named: PersonNamed = { customer, user_id, email };
      if (Object.values(named).filter((each) => each !== undefined).length !== 1)
        throw new SetupError('Give one of --customer, --user-id and --email.');
      const erasure = await withOperator(
        context,
        (operator, service, asker) =>
          operator.run(new ErasePerson(service.erasures.personAsked(named), reason, asker, WAIT_MS)),
        { roles: ['projector'] },
      );
      print(context, json, erasure, () => [
        ...table([{ ...erasure, ...erasure.reached }], COLUMNS),
        ...(erasure.recorded ? [] : ['They were erased before, and nothing more of them is known.']),
      ]);
      if (erasure.state !== 'done') context.exitCode = 1;
    });
};

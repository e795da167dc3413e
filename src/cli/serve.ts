import { InvalidArgumentError } from 'commander';
import { ROLES, type Role } from '../service-types.js';
import type { AddCommand } from './context.js';

export const addServe: AddCommand = (program, context) => {
  program
    .command('serve')
    .description('Serve the HTTP interface, the projector and the jobs until SIGTERM or SIGINT.')
    .option('--role <role>', `only this part: ${ROLES.join(', ')}; may be repeated (needs DATABASE_URL)`, addRoles)
    .action(({ role }: { role?: readonly Role[] }) => context.serve(role));
};

/** `api`, or several between commas, beside those that were named before. */
function addRoles(text: string, before: readonly Role[] = []): Role[] {
  const named = text.split(',').map((name) => {
    const role = ROLES.find((each) => each === name.trim());
    if (role === undefined) throw new InvalidArgumentError(`It is one of ${ROLES.join(', ')}.`);
    return role;
  });
  return [...new Set([...before, ...named])];
}

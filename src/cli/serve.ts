import type { AddCommand } from './context.js';

export const addServe: AddCommand = (program, context) => {
  program
    .command('serve')
    .description('Serve the HTTP interface, the projector and the jobs until SIGTERM or SIGINT.')
    .action(() => context.serve());
};

import type { AddCommand } from './context.js';

export const addDemo: AddCommand = (program, context) => {
  program
    .command('demo')
    .summary('Send a generated shop month and show its numbers.')
    .description(
      'Send a generated shop month through the real doors, reconcile it and show the numbers. --exit ends after the table.',
    )
    .allowUnknownOption()
    .argument('[args...]', 'passed on to the demo')
    .action(async (args: string[]) => {
      context.exitCode = await context.script('demo.mjs', args);
    });
};

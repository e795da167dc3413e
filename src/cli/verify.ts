import { print, progressBar, withService, type AddCommand } from './context.js';

export const addVerify: AddCommand = (program, context) => {
  program
    .command('verify')
    .summary('Derive every number again and compare.')
    .description(
      'Derive the read model and the daily totals again from the ledger and compare. Exit code 1 on any difference.',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const bar = progressBar('verify');
      const report = await withService(context, ({ projections }) => projections.verify(bar.onProgress)).finally(
        bar.stop,
      );
      const { ok, position, findings } = report;
      const body = {
        ok,
        position,
        state_hash: report.stateHash,
        rebuilt_state_hash: report.rebuiltStateHash,
        findings,
      };
      print(context, json, body, () =>
        ok
          ? [`The read model and the daily totals are what the ledger says up to position ${position}.`]
          : [
              `Not what the ledger says up to position ${position}:`,
              ...findings.map(({ kind, detail }) => `${kind}: ${detail}`),
            ],
      );
      if (!ok) context.exitCode = 1;
    });
};

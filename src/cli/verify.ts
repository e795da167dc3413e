import type { LedgerVerified } from '../ledger/open-seal.js';
import { print, progressBar, withService, type AddCommand } from './context.js';

export const addVerify: AddCommand = (program, context) => {
  program
    .command('verify')
    .summary('Derive every hash and every number again and compare.')
    .description(
      'Derive every hash of the ledger again and compare with its seals and the witness file; then the read model and the daily totals, and compare. Exit code 1 on any difference.',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { ledger, model } = await withService(context, async ({ projections, seal }) => ({
        ledger: await withBar('ledger', (onProgress) => seal.verify(onProgress)),
        model: await withBar('numbers', (onProgress) => projections.verify(onProgress)),
      }));
      const { position, findings } = model;
      const ok = ledger.ok && model.ok;
      const body = {
        ok,
        position,
        state_hash: model.stateHash,
        rebuilt_state_hash: model.rebuiltStateHash,
        findings,
        ledger,
      };
      print(context, json, body, () => [
        ...ledgerLines(ledger),
        ...(model.ok
          ? [`The read model and the daily totals are what the ledger says up to position ${position}.`]
          : [
              `Not what the ledger says up to position ${position}:`,
              ...findings.map(({ kind, detail }) => `${kind}: ${detail}`),
            ]),
      ]);
      if (!ok) context.exitCode = 1;
    });
};

function withBar<T>(
  label: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const bar = progressBar(label);
  return work(bar.onProgress).finally(bar.stop);
}

function ledgerLines({ ok, entries, sealed, checkpoints, witnessed, root, findings, count }: LedgerVerified): string[] {
  if (ok) {
    return [
      `The ledger is as it was written: ${entries} entries, the first ${sealed} under ${checkpoints} signed roots. Root ${root}.`,
      witnessed > 0
        ? `The witness file has ${witnessed} of its seals, and they agree.`
        : 'There is no witness file in this DATA_DIR: a ledger cut short together with its seals would not show here.',
    ];
  }
  const more = count > findings.length ? [`and ${count - findings.length} more`] : [];
  return [
    `The ledger is not as it was written:`,
    ...findings.map(({ verdict, detail }) => `${verdict}: ${detail}`),
    ...more,
  ];
}

import { deriveAgain } from '../close/verification.js';
import type { LedgerVerified } from '../ledger/open-seal.js';
import type { VerifyReport } from '../projections/verify.js';
import { print, progressBar, withService, type AddCommand } from './context.js';

export const addVerify: AddCommand = (program, context) => {
  program
    .command('verify')
    .summary('Derive every hash and every number again and compare.')
    .description(
      'Derive every hash of the ledger again and compare with its seals and the witness file; then the read model, the daily totals and the tables of closes, and compare. Exit code 1 on any difference.',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { ledger, model } = await withService(context, async ({ projections, seal, close }) => {
        const first = await withBar('ledger', (onProgress) => seal.verify(onProgress));
        return {
          ledger: first,
          model: await withBar('numbers', (onProgress) =>
            deriveAgain({ projections, closes: close }, first, onProgress),
          ),
        };
      });
      const ok = ledger.ok && !(model instanceof Error) && model.ok;
      print(context, json, { ok, ...modelBody(model), ledger }, () => [...ledgerLines(ledger), ...modelLines(model)]);
      if (!ok) context.exitCode = 1;
    });
};

const modelBody = (model: VerifyReport | Error) =>
  model instanceof Error
    ? { findings: [{ kind: 'not_derivable', detail: model.message }] }
    : {
        position: model.position,
        state_hash: model.stateHash,
        rebuilt_state_hash: model.rebuiltStateHash,
        findings: model.findings,
      };

function modelLines(model: VerifyReport | Error): string[] {
  if (model instanceof Error) return [`The numbers could not be derived from it again: ${model.message}`];
  const { ok, position, findings, counts } = model;
  if (ok)
    return [
      `The read model, the daily totals and what was closed are what the ledger says up to position ${position}.`,
    ];
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    `Not what the ledger says up to position ${position}:`,
    ...findings.map(({ kind, detail }) => `${kind}: ${detail}`),
    ...(all > findings.length ? [`and ${all - findings.length} more`] : []),
  ];
}

function withBar<T>(
  label: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const bar = progressBar(label);
  return work(bar.onProgress).finally(bar.stop);
}

function ledgerLines(verified: LedgerVerified): string[] {
  const { ok, entries, sealed, checkpoints, witnessed, entered, root, findings, count } = verified;
  if (ok) {
    return [
      `The ledger is as it was written: ${entries} entries, the first ${sealed} under ${checkpoints} signed roots. Root ${root}.`,
      `${entered} of these roots stand in the ledger itself.`,
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

import type { z } from 'zod';
import { ActOnPeriod, type PeriodStep } from '../app/commands/act-on-period.js';
import { ApproveRequest, ForceRequest, PeriodParam, ReopenRequest, WaiveRequest } from '../app/http/period-queries.js';
import type { PeriodSummary } from '../close/period/period-report.js';
import { Problem, SetupError } from '../kernel/errors.js';
import { print, table, withOperator, type AddCommand, type CliContext } from './context.js';

interface CloseOptions {
  check?: boolean;
  propose?: boolean;
  approve?: string;
  waive?: string;
  force?: string;
  reason?: string;
  json?: boolean;
}

const STEPS = `
The steps of a close, by two people:
  truth-ledger close 2026-10 --check              what is in the way
  truth-ledger close 2026-10 --propose            fixes the numbers; prints their digest
  truth-ledger close 2026-10 --approve <digest>   another person says yes to them
  truth-ledger close 2026-10                      locks them
The person is the user who runs the command. The how-to: docs/how-to/close-a-month.md`;

export const addClose: AddCommand = (program, context) => {
  program
    .command('close')
    .summary('Close a period: check, propose, approve, lock.')
    .description(
      'Lock a period that was proposed and approved, or take one of the steps before that. Exit code 1 when something is in the way.',
    )
    .argument('<period>', 'such as 2026-10, or 2026-P10 of a 4-4-5 calendar')
    .option('--check', 'run the checks, as every night, and print what is in the way')
    .option('--propose', 'fix the numbers that are to be closed')
    .option('--approve <digest>', 'say yes to the numbers of this digest; not for who proposed them')
    .option('--waive <provider>', 'answer for the money of a provider that is tied out with nothing; needs --reason')
    .option('--reason <text>', 'why it is waived; goes into the ledger as it is')
    .option('--force <reason>', 'with --propose: close in spite of what may be forced; the reason is recorded')
    .option('--json', 'print JSON')
    .addHelpText('after', STEPS)
    .action(async (period: string, options: CloseOptions) => {
      const step = stepOf(options);
      const summary = await act(context, period, step, options.json);
      if (summary && step.step === 'soft-close' && blockersOf(summary).length > 0) context.exitCode = 1;
    });

  program
    .command('reopen')
    .summary('Reopen a closed period and all later ones.')
    .description(
      'Ask for a closed period to be reopened; the same command of a second person reopens it, and with it all later ones. The closed numbers stay readable as a version. Exit code 1 when it is refused.',
    )
    .argument('<period>', 'such as 2026-10')
    .option('--reason <text>', 'why; the first of the two people gives it, and it goes into the ledger as it is')
    .option('--json', 'print JSON')
    .action(async (period: string, { reason, json }: { reason?: string; json?: boolean }) => {
      await act(context, period, { step: 'reopen', ...valid(ReopenRequest, { reason }) }, json);
    });
};

/** The one step that the options name. */
function stepOf({ check, propose, approve, waive, force, reason }: CloseOptions): PeriodStep {
  const named = [check, propose, approve !== undefined, waive !== undefined].filter(Boolean).length;
  if (named > 1)
    throw new SetupError('Give one of --check, --propose, --approve and --waive: each is a step of its own.');
  if ((waive === undefined) !== (reason === undefined)) throw new SetupError('--waive and --reason go together.');
  if (force !== undefined && !propose)
    throw new SetupError('--force goes with --propose: the reason is approved with the numbers.');
  if (check) return { step: 'soft-close' };
  if (approve !== undefined) return { step: 'approve', ...valid(ApproveRequest, { digest: approve }) };
  if (waive !== undefined) return { step: 'waive', ...valid(WaiveRequest, { provider: waive, reason }) };
  return propose ? { step: 'propose', ...valid(ForceRequest, { force }) } : { step: 'close' };
}

function valid<T extends z.ZodType>(schema: T, given: unknown): z.infer<T> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  throw new SetupError(read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'));
}

/** Takes the step; a refusal is printed with each of its reasons, and undefined comes back. */
async function act(
  context: CliContext,
  period: string,
  step: PeriodStep,
  json: boolean | undefined,
): Promise<PeriodSummary | undefined> {
  if (!PeriodParam.safeParse(period).success)
    throw new SetupError(`"${period}" is no period; they are called 2026-10, or 2026-P10 in a 4-4-5 calendar.`);
  try {
    // Where no service runs, the command itself brings the read model to the head; beside one it only waits for it.
    const summary = await withOperator(
      context,
      (operator, _service, asker) => operator.run(new ActOnPeriod(period, step, asker)),
      { roles: ['projector'] },
    );
    print(context, json, summary, () => said(summary));
    return summary;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, detail, extra } = error;
    print(context, json, { code, detail, ...extra }, () => []);
    for (const line of [detail, ...(extra.errors ?? []).map((each) => `  ${each}`)]) context.err(line);
    context.exitCode = 1;
    return undefined;
  }
}

const blockersOf = (summary: PeriodSummary): readonly { kind: string; detail: string }[] =>
  summary.soft_close?.blockers ?? [];

/** How the period stands, and what comes next. */
function said(summary: PeriodSummary): string[] {
  const { id, state, version, proposal, reopen_request: asked } = summary;
  if (asked) return [`${id} is to be reopened: "${asked.reason}". A second person decides: truth-ledger reopen ${id}`];
  switch (state) {
    case 'soft_closed': {
      const blockers = blockersOf(summary);
      if (blockers.length > 0) return [`In the way of closing ${id}:`, ...table(blockers, ['kind', 'detail'])];
      return [`Nothing is in the way. Next: truth-ledger close ${id} --propose`];
    }
    case 'proposed':
      return [
        `${id} is proposed with the ledger up to position ${proposal?.up_to}, digest ${proposal?.digest}.`,
        `Next, another person: truth-ledger close ${id} --approve ${proposal?.digest}`,
      ];
    case 'approved':
      return [`${id} is approved. Next: truth-ledger close ${id}`];
    case 'closed':
      return [`${id} is closed: version ${version}, digest ${summary.closed?.digest}.`];
    default:
      return [`${id} is ${state}.`];
  }
}

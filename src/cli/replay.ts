import { ReplayDeadLetter } from '../app/commands/replay-dead-letter.js';
import { outcomeBody } from '../app/http/outcome.js';
import { Problem, SetupError } from '../kernel/errors.js';
import type { Service } from '../service-types.js';
import { print, table, withOperator, type AddCommand } from './context.js';

interface Options {
  reason?: string;
  origin?: string;
  all?: boolean;
  json?: boolean;
}

const COLUMNS = ['id', 'outcome', 'entry_id', 'detail'];
const PAGE = 1_000;
const SETTLED = ['recorded', 'duplicate', 'enqueued'];

export const addReplay: AddCommand = (program, context) => {
  program
    .command('replay')
    .summary('Run dead letters through their door again.')
    .description(
      'Run dead letters through their door again: one by its id, or every open one of a reason or an origin. Exit code 1 when one of them is still open.',
    )
    .argument('[id]', 'the id of a dead letter')
    .option('--reason <reason>', 'open letters of this reason: invalid_event, conflict, job_failed, …')
    .option('--origin <origin>', 'open letters of this origin: stripe, /auth, …')
    .option('--all', 'every open letter')
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, { reason, origin, all = false, json }: Options) => {
      const isFiltered = reason !== undefined || origin !== undefined || all;
      if ((id === undefined) !== isFiltered)
        throw new SetupError('Give the id of a dead letter, or --reason, --origin or --all for several.');
      const data = await withOperator(context, async (operator, service, asker) => {
        const ids = id === undefined ? await openLetters(service, reason, origin) : [id];
        const replayed: Record<string, unknown>[] = [];
        for (const each of ids) {
          const replay = operator
            .run(new ReplayDeadLetter(each, asker))
            .then((outcome) => outcomeBody(outcome, 'events'));
          const row = await (id === undefined ? replay.catch(refusal) : replay);
          const { errors } = row as { errors?: readonly string[] };
          replayed.push({ id: each, ...row, ...(errors ? { detail: errors.join(' ') } : {}) });
        }
        return replayed;
      });
      print(context, json, { data }, () =>
        data.length > 0 ? table(data, COLUMNS) : ['No dead letter is open that fits.'],
      );
      if (data.some(({ outcome }) => !SETTLED.includes(outcome as string))) context.exitCode = 1;
    });
};

/** Ids of open letters, those that came first before others. */
async function openLetters({ ingest }: Service, reason?: string, origin?: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ingest.deadLetters.list({ reason, resolved: false, cursor, limit: PAGE });
    for (const letter of page.data) if (origin === undefined || letter.origin === origin) ids.push(letter.id);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids.reverse();
}

/** One of many that cannot be replayed does not keep the others from it. */
function refusal(error: unknown): Record<string, unknown> {
  if (!(error instanceof Problem) || error.code === 'unavailable') throw error;
  return { outcome: 'refused', code: error.code, detail: error.detail };
}

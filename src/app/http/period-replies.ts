import { z } from 'zod';
import { rebuilding } from './rebuilding-shape.js';

// What the routes of periods answer, for the OpenAPI document. Money is integer minor units as a decimal string.

const day = z.string().meta({ format: 'date' });
const count = z.int();
const figure = z.union([z.number(), z.string()]).nullable();
const state = z.enum(['open', 'soft_closed', 'proposed', 'approved', 'closed', 'reopened']);
const note = z.object({ kind: z.string(), detail: z.string() });

/** What a reconciliation row of a closed day has beside its own members. */
export const gapOfClosedDays = {
  closed: z.string().optional().meta({ description: 'The close that the day is in: `2026-10@1`.' }),
  reported: z
    .boolean()
    .optional()
    .meta({ description: 'Of closed days: whether it was recorded by then. If so, the row is that of then.' }),
  known: z.object({ actual: figure, tracked: figure, gap: figure, gap_pct: z.number().nullable() }).optional(),
  adjustment: figure.optional().meta({ description: 'known gap − reported gap' }),
};

const summary = {
  id: z.string().meta({ example: '2026-10' }),
  from: day,
  to: day,
  state,
  version: count.meta({ description: 'How often it was closed.' }),
};

export const PeriodPage = z
  .object({
    data: z.array(z.looseObject({ ...summary, up_to: count.optional(), digest: z.string().optional() })),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'PeriodPage' });

const proposal = z.looseObject({
  version: count,
  up_to: count.meta({ description: 'The ledger position that the numbers are of.' }),
  digest: z.string().meta({ description: 'Of all that the close stores; what is approved.' }),
  model_version: z.string(),
  by: z.string(),
  force: z.string().nullable(),
  blockers: z.array(note),
});
const steps = {
  ...summary,
  soft_close: z.looseObject({ position: count, blockers: z.array(note) }).optional(),
  proposal: proposal.optional(),
  approval: z.looseObject({ digest: z.string(), by: z.string() }).optional(),
  closed: proposal
    .extend({
      proposed_by: z.string(),
      approved_by: z.string(),
      seal: z.object({ size: count, root: z.string(), position: count }).optional().meta({
        description: 'The signed root over all that the close stored, and the position of the entry that has it.',
      }),
    })
    .optional(),
  reopen_request: z.looseObject({ reason: z.string(), by: z.string() }).optional(),
  waivers: z.array(z.looseObject({ provider: z.string(), reason: z.string(), by: z.string() })).optional(),
};
export const PeriodSummaryReply = z.looseObject(steps).meta({ id: 'PeriodSummary' });

export const PeriodReply = z
  .looseObject({
    ...steps,
    time_zone: z.string(),
    versions: z.array(
      z.looseObject({
        version: count,
        up_to: count,
        digest: z.string(),
        model_version: z.string(),
        accounts_digest: z.string().nullable().meta({
          description:
            'Of the accounts and rules it was closed with, another where they were others; null where none were kept.',
        }),
        closed_position: count,
        closed_at: z.string(),
        reopened_position: count.nullable(),
      }),
    ),
    blockers: z.array(note.extend({ link: z.string(), forceable: z.boolean() }).loose()),
    numbers: z.array(z.looseObject({ metric: z.string(), unit: z.string(), value: figure, known: figure.optional() })),
    adjustments: z.array(
      z.looseObject({
        adjusts: z.string().meta({ description: 'The closed period that the days are in.' }),
        metric: z.string(),
        cause: z.enum(['late_fact', 'definition_changed', 'interpreter_changed', 'fx']),
        value: figure,
        currency: z.string().optional(),
        days: z.array(day),
        entries: count,
        entry_ids: z.array(z.string()),
      }),
    ),
    journal: z.string(),
  })
  .meta({ id: 'Period' });

export const JournalPage = z
  .looseObject({
    period: z.string(),
    state: z.enum(['closed', 'open']),
    up_to: count,
    digest: z.string().optional(),
    data: z.array(
      z.looseObject({
        entry: z.string(),
        line: count,
        period: z.string(),
        day,
        account: z.string(),
        amount_minor: z.string().meta({ description: 'A debit is positive, a credit negative.' }),
        currency: z.string(),
        kind: z.string(),
        adjusts: z.string().optional(),
        memo: z.string(),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'JournalPage' });

const moment = z.looseObject({ position: count, period: z.string().optional(), version: count.optional() });
const totals = z.array(z.looseObject({ value: figure.optional(), currency: z.string().optional() }));
export const ExplainDiffReply = z
  .looseObject({
    metric: z.string(),
    unit: z.string(),
    rebuilding,
    from_as_of: moment,
    to_as_of: moment,
    before: totals,
    after: totals,
    difference: totals,
    causes: totals.meta({ description: 'They sum to the difference.' }),
    data: z
      .array(z.looseObject({ cause: z.string() }))
      .meta({ description: 'They sum to the difference, over all pages.' }),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'ExplainDiff' });

import { z } from 'zod';
import { holdsEmail } from '../../ledger/vault/email-address.js';
import { markerKinds, TITLE_MAX } from '../../reconcile/store/markers.js';
import { DayParam, isTime, MetricParam, only, paging, SourceParam, text, word } from './queries.js';

const time = z.string().refine(isTime, 'must be an RFC 3339 time').meta({ format: 'date-time' });

const open = (max: number) =>
  text(max).refine((value) => !holdsEmail(value), 'may hold no e-mail address: it goes into the ledger as it is');

export const DriftQuery = only({
  source: SourceParam.optional(),
  metric: MetricParam.optional(),
  day: DayParam.optional().meta({ description: 'As of the newest settled day up to this one.' }),
});

export const MarkerRequest = only(
  {
    id: word
      .optional()
      .meta({ description: 'Makes repeats harmless: the same id and content again is the same marker.' }),
    at: time.optional().meta({ description: 'Now, unless given.' }),
    kind: z.enum(markerKinds, `must be one of ${markerKinds.join(', ')}`).default('release'),
    title: open(TITLE_MAX),
    reference: open(500).optional().meta({ description: 'A version, a commit, an address.' }),
  },
  'field',
).meta({ id: 'MarkerRequest' });

export const MarkersQuery = only({
  from: time.optional().meta({ description: 'The first moment, an RFC 3339 time.' }),
  to: time.optional().meta({ description: 'The last moment, an RFC 3339 time.' }),
  ...paging,
});

export const AlertsQuery = only({
  state: z
    .enum(['open', 'recovered'], 'must be open or recovered')
    .optional()
    .meta({ description: 'Only those that are wrong now, or only those that were.' }),
  ...paging,
});
export const AcknowledgeRequest = only({ note: open(500).optional() }, 'field').meta({ id: 'AcknowledgeAlert' });

export const JobsQuery = only({ limit: paging.limit });
export const JobParam = z
  .string()
  .regex(/^[\w.:-]{1,300}$/, 'must be the id of a job')
  .meta({ description: 'The `id` of a job in `GET /v1/jobs`.' });

export const WeekParam = z
  .string()
  .regex(/^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/, 'must be an ISO week such as 2026-W40')
  .meta({ description: 'An ISO week: Monday to Sunday.', example: '2026-W40' });
export const GapReportQuery = only({
  format: z
    .enum(['json', 'markdown', 'html'], 'must be json, markdown or html')
    .default('json')
    .meta({ description: 'What the report is written in.' }),
});

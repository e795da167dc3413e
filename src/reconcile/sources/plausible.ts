import { z } from 'zod';
import { address, secret } from '../pull/setting-shapes.js';
import type { Piece, SourceType } from '../source-type.js';
import { MONEY_FLAG, SourceFailure } from '../source.js';

const WHO = 'Plausible';
const PAGE = 1_000;
const REVENUE = 'total_revenue';

const settings = z.strictObject({
  site_id: z.string().min(1),
  api_key: secret,
  host: address.default('https://plausible.io'),
  /** Whether goals carry revenue. */
  revenue: z.boolean().default(false),
  /** What the revenue of the goal leaves out. */
  revenue_basis: z.enum(['net', 'total']).default('total'),
});
type Settings = z.infer<typeof settings>;

const money = z.object({ value: z.number(), currency: z.string() }).nullable();
const answerShape = z.object({
  results: z.array(z.object({ dimensions: z.array(z.string()), metrics: z.array(z.union([z.number(), money])) })),
  meta: z.looseObject({ metric_warnings: z.record(z.string(), z.unknown()).optional() }).default({}),
});

/** Goals and how often they were reached. Without cookies nobody is told apart from one day to the next, so there are no ids. */
export const plausible: SourceType<Settings> = {
  name: 'plausible',
  meaning: 'Goals of a Plausible site, by its Stats API.',
  gives: 'counts',
  settlesHours: () => 2,
  settings,
  async *fetch(given, { window, http, day, zone, mapper }) {
    const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', '+00:00');
    for (let offset = 0; ; offset += PAGE) {
      const answer = await http.json({
        who: WHO,
        url: `${given.host}/api/v2/query`,
        method: 'POST',
        headers: { authorization: `Bearer ${given.api_key}` },
        body: {
          site_id: given.site_id,
          metrics: ['events', ...(given.revenue ? [REVENUE] : [])],
          date_range: [iso(window.from), iso(window.to - 1_000)], // instants: the zone of the site plays no part
          dimensions: ['event:goal'],
          order_by: [['event:goal', 'asc']],
          pagination: { limit: PAGE, offset },
        },
      });
      const read = answerShape.safeParse(answer);
      if (!read.success) throw new SourceFailure(`${WHO} answered for ${day} with something else than results`);
      const { results, meta } = read.data;
      yield { timeZone: zone.name };
      yield* warningsOf(Object.keys(meta.metric_warnings ?? {}));
      for (const { dimensions, metrics } of results) {
        yield* piecesOf(dimensions[0]!, metrics, given.revenue_basis);
        const isPurchase = mapper.kindOf(dimensions[0]!) === 'order_completed';
        if (given.revenue && isPurchase && !metrics[1])
          yield { flag: `${MONEY_FLAG}${WHO} told no revenue of its goal` };
      }
      if (results.length < PAGE) return;
    }
  },
};

function* warningsOf(metrics: readonly string[]): Generator<Piece> {
  for (const metric of metrics) {
    const sentence = `${WHO} says that ${metric} may not be whole`;
    yield metric === REVENUE ? { flag: MONEY_FLAG + sentence } : { note: `warned: ${sentence}` };
  }
}

function* piecesOf(name: string, [events, revenue]: readonly unknown[], basis: 'net' | 'total'): Generator<Piece> {
  if (typeof events !== 'number') throw new SourceFailure(`${WHO} answered with a count that is none`);
  yield { counted: { name, count: events } };
  const told = money.safeParse(revenue ?? null).data;
  if (told) yield { counted: { name, count: 0, value: { amount: told.value, basis, currency: told.currency } } };
}

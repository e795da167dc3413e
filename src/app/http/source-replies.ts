import { z } from 'zod';

// What the routes about sources answer, for the OpenAPI document.

const day = z.string().meta({ format: 'date' });
const time = z.string().meta({ format: 'date-time' });
const count = z.int();

export const SourceList = z
  .object({
    data: z.array(
      z.looseObject({
        name: z.string(),
        type: z.string(),
        meaning: z.string(),
        matched_by: z.enum(['id', 'count']).nullable(),
        settles_hours: z.number(),
        newest_compared: day.nullable().meta({ description: 'The newest day that was compared with it.' }),
        last_fetch: z
          .object({
            day,
            fetched_at: time,
            time_zone: z.string(),
            flags: z.array(z.string()),
            notes: z.array(z.string()),
          })
          .nullable(),
        failures: z.array(z.object({ day, error: z.string(), failures: count, retry_at: time.nullable() })),
      }),
    ),
    next_cursor: z.null(),
  })
  .meta({ id: 'SourceList' });
export const SourceEvents = z
  .object({
    source: z.string(),
    from: day,
    to: day,
    data: z.array(
      z.object({
        event: z.string(),
        kind: z.string().nullable().meta({ description: 'What it is taken for; null for what is mapped to nothing.' }),
        count,
      }),
    ),
    first_touch: z
      .array(z.object({ kind: z.string(), source: z.string(), count }))
      .meta({ description: 'By first touch, from a source that only counts: `firstUserSource` of GA4.' }),
  })
  .meta({ id: 'SourceEvents' });
export const PageRequestDays = z
  .object({
    source: z.string(),
    data: z.array(
      z.looseObject({
        day,
        source: z.string(),
        requests: count,
        visitors: count,
        without_beacon: count.meta({ description: 'Visitors whose browser sent the collector nothing.' }),
        bots: count,
        no_user_agent: count,
      }),
    ),
  })
  .meta({ id: 'PageRequestDays' });

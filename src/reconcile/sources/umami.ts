import { z } from 'zod';
import { address, secret } from '../pull/setting-shapes.js';
import type { SourceType } from '../source-type.js';
import { SourceFailure } from '../source.js';

const WHO = 'Umami';
const PAGE = 500;

const settings = z
  .strictObject({
    website_id: z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a website'),
    /** Of Umami Cloud; a self-hosted one takes the token of a user. */
    api_key: secret.optional(),
    token: secret.optional(),
    host: address.default('https://api.umami.is/v1'),
  })
  .refine(({ api_key: key, token }) => (key === undefined) !== (token === undefined), 'must have api_key or token');
type Settings = z.infer<typeof settings>;

const answerShape = z.array(z.object({ x: z.string().nullable(), y: z.number().int().nonnegative() }));

/** Custom events and how often they came. Its collector drops bots by user agent; it knows no person by an id of ours. */
export const umami: SourceType<Settings> = {
  name: 'umami',
  meaning: 'Custom events of an Umami website, by its interface.',
  gives: 'counts',
  settlesHours: () => 2,
  settings,
  async *fetch({ host, website_id: website, api_key: key, token }, { window, http, zone }) {
    yield { timeZone: zone.name };
    for (let offset = 0; ; offset += PAGE) {
      const query = new URLSearchParams({
        ...{ type: 'event', startAt: String(window.from), endAt: String(window.to - 1) },
        ...{ limit: String(PAGE), offset: String(offset) },
      });
      const answer = await http.json({
        who: WHO,
        url: `${host}/websites/${website}/metrics?${query.toString()}`,
        headers: key === undefined ? { authorization: `Bearer ${token}` } : { 'x-umami-api-key': key },
      });
      const read = answerShape.safeParse(answer);
      if (!read.success) throw new SourceFailure(`${WHO} answered with something else than counts`);
      for (const { x, y } of read.data) yield { counted: { name: x ?? '(none)', count: y } };
      if (read.data.length < PAGE) return;
    }
  },
};

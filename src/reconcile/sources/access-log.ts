import { z } from 'zod';
import { accessLogFormats, type LoggedRequest } from '../pull/access-log-lines.js';
import { filePlace, filesOf, filesSettleHours } from '../pull/files.js';
import { linesOf } from '../pull/lines.js';
import type { Piece, SourceType, StoredPage } from '../source-type.js';

/** One line in so many may be broken without a word: real logs have a cut line now and then. */
const BROKEN_SHARE = 1_000;

const settings = z.strictObject({
  ...filePlace,
  format: z.enum(Object.keys(accessLogFormats) as [keyof typeof accessLogFormats]),
  /** Paths that are no pages, by their beginning. */
  exclude: z.array(z.string().startsWith('/', 'must begin with /')).default(['/api/']),
  /** For `combined`: names of the fields in quotes behind the user agent. For the others: further fields or cookies to read. */
  extra_fields: z.array(z.string().min(1)).default([]),
  /** Which of them, or which parameter of the page's address, names the visitor. */
  anonymous_id: z.string().min(1).optional(),
  user_id: z.string().min(1).optional(),
  /** Which of the further fields holds the header `Sec-Purpose`. */
  purpose: z.string().min(1).optional(),
});
type Settings = z.infer<typeof settings>;

/** The third source: what a server was asked for, whether or not a script ran in the browser that asked. */
export const accessLog: SourceType<Settings> = {
  name: 'access_log',
  meaning:
    'Pages that people asked a web server or a CDN for, by its access log. Evidence for causes; nothing is compared with it.',
  gives: 'page_requests',
  settlesHours: filesSettleHours,
  settings,
  async *fetch(given, { day }) {
    let [lines, broken] = [0, 0];
    for await (const file of filesOf(given, day)) {
      const read = accessLogFormats[given.format](given.extra_fields);
      for await (const line of linesOf(file.pieces(), file.name)) {
        const request = line === '' ? 'skip' : read(line);
        if (request === 'skip') continue;
        lines += 1;
        if (!request) broken += 1;
        else if (isPage(request, given.exclude)) yield pieceOf(request, given);
      }
    }
    if (broken * BROKEN_SHARE > lines)
      yield { flag: `unreadable: ${broken} of ${lines} lines are not of the format ${given.format}` };
  },
};

const ASSET =
  /\.(?:js|mjs|css|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|eot|mp4|webm|pdf|xml|txt|json|webmanifest|wasm)$/i;

function isPage({ method, status, target }: LoggedRequest, exclude: readonly string[]): boolean {
  if (method !== 'GET' || !((status >= 200 && status < 300) || status === 304)) return false;
  const path = target.split('?', 1)[0]!;
  return !ASSET.test(path) && !exclude.some((prefix) => path.startsWith(prefix));
}

function pieceOf(request: LoggedRequest, given: Settings): Piece {
  const { requestId, at, target, ip, userAgent, extra } = request;
  const query = URL.parse(target, 'http://page')?.searchParams;
  const named = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : extra[name] || (query?.get(name) ?? undefined);
  return {
    page: {
      requestId,
      at,
      target,
      ip,
      userAgent,
      userId: named(given.user_id),
      anonymousId: named(given.anonymous_id),
      stored: storedOf(request, given),
    },
  };
}

function storedOf({ status, cached, extra }: LoggedRequest, { purpose = '' }: Settings): StoredPage | undefined {
  if (/prefetch|prerender/.test(extra[purpose] ?? '')) return 'prerendered';
  return cached === true || status === 304 ? 'cached' : undefined; // 304: the browser's own copy
}

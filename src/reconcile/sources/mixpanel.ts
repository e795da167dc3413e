import { z } from 'zod';
import { clickIdAmong } from '../../catalog/client-claim.js';
import { type Json, objectIn } from '../../ingest/json-members.js';
import { linesOf, objectOf } from '../pull/lines.js';
import { address, number, secret, timeZone } from '../pull/setting-shapes.js';
import { dayIn, instantOf } from '../pull/zoned-time.js';
import type { FetchRequest, Piece, SourceEvent, SourceType } from '../source-type.js';
import { SourceFailure } from '../source.js';

const WHO = 'Mixpanel';

const settings = z
  .strictObject({
    project_id: number,
    /** A service account; or the secret of the project. */
    username: secret.optional(),
    password: secret.optional(),
    project_secret: secret.optional(),
    /** Of a project made before 2023, whose dates and times are those of its own zone. */
    time_zone: timeZone.default('UTC'),
    host: address.default('https://data.mixpanel.com'),
  })
  .refine(
    ({ username, password, project_secret: project }) =>
      (username !== undefined && password !== undefined) !== (project !== undefined),
    'must have username and password of a service account, or project_secret',
  );
type Settings = z.infer<typeof settings>;

/** The raw export. It holds every message as often as it was sent; the same event, person, time and `$insert_id` is one. */
export const mixpanel: SourceType<Settings> = {
  name: 'mixpanel',
  meaning: 'Events of a Mixpanel project, by its raw export.',
  gives: 'events',
  settlesHours: () => 24, // mobile SDKs send when they are online again; the export itself lags by minutes
  settings,
  async *fetch(given, request) {
    const lines = linesOf(
      request.http.stream({ who: WHO, url: urlOf(given, request), headers: headersOf(given) }),
      WHO,
    );
    for await (const line of lines) {
      if (line === '') continue;
      // The status was sent before the export was made, so that a broken one ends in words.
      const row = objectOf(line);
      if (!row) throw new SourceFailure(`${WHO} broke off its export`, { said: wordsIn(line) });
      yield pieceOf(row, given.time_zone);
    }
  },
};

/** What it wrote instead of an event; of half an event nothing, for it is about a person. */
const wordsIn = (line: string): string | undefined => (line.startsWith('{') ? undefined : line.slice(0, 100));

function urlOf({ host, project_id, time_zone: zone }: Settings, { window }: FetchRequest): string {
  const query = new URLSearchParams({
    project_id,
    from_date: dayIn(zone, window.from),
    to_date: dayIn(zone, window.to - 1),
    time_in_ms: 'true',
  });
  return `${host}/api/2.0/export?${query.toString()}`;
}

const headersOf = ({ username, password, project_secret: project }: Settings): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(username === undefined ? `${project}:` : `${username}:${password}`).toString('base64')}`,
});

function pieceOf(row: Json, zone: string): Piece {
  const properties = objectIn(row['properties']);
  const [name, time] = [row['event'], properties['time']];
  if (typeof name !== 'string' || typeof time !== 'number')
    throw new SourceFailure(`${WHO} answered with an event without a name or a time`);
  const received = properties['mp_processing_time_ms'];
  const at = instantOf(zone, time < 1e11 ? time * 1_000 : time); // of a clock in the project's zone
  return {
    event: {
      ...whoIs(properties),
      ...{ name, at, properties, named: !name.startsWith('$'), links: [] },
      messageId: [name, properties['distinct_id'], time, properties['$insert_id']].map(String).join('|'),
      receivedAt: typeof received === 'number' ? received : undefined,
      library: properties['mp_lib'],
      browser: properties['$browser'],
      country: properties['mp_country_code'],
      pageUrl: properties['$current_url'],
      source: properties['utm_source'],
      medium: properties['utm_medium'],
      campaign: properties['utm_campaign'],
      referrer: properties['$referrer'],
      clickId: clickIdAmong(properties),
      os: properties['$os'],
      device: properties['$device_type'],
      release: properties['$app_version_string'] ?? properties['release'],
    },
  };
}

/** `$user_id` and `$device_id` where the project merges ids itself; else the distinct id, which marks a device by its prefix. */
function whoIs(properties: Json): Pick<SourceEvent, 'userId' | 'anonymousId'> {
  const distinct = properties['distinct_id'];
  const device = properties['$device_id'];
  const marked =
    typeof distinct === 'string' && distinct.startsWith('$device:') ? distinct.slice('$device:'.length) : undefined;
  const anonymousId = device ?? marked;
  const user = properties['$user_id'];
  if (user !== undefined) return { userId: user, anonymousId };
  if (marked !== undefined || distinct === device) return { anonymousId };
  return { userId: distinct, anonymousId };
}

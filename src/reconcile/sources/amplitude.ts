import { z } from 'zod';
import { clickIdAmong } from '../../catalog/client-claim.js';
import { type Json, objectIn } from '../../ingest/json-members.js';
import { linesOf, objectOf } from '../pull/lines.js';
import { address, secret } from '../pull/setting-shapes.js';
import { unzippedFiles } from '../pull/unzip.js';
import { instantFrom } from '../pull/zoned-time.js';
import type { FetchRequest, Piece, SourceType } from '../source-type.js';
import { SourceFailure } from '../source.js';

const WHO = 'Amplitude';
const HOUR_MS = 3_600_000;

const settings = z.strictObject({
  api_key: secret,
  secret_key: secret,
  host: address.default('https://amplitude.com'),
});
type Settings = z.infer<typeof settings>;

/** The export, which is by the hour of upload: those until the day settles are asked for, and what happened on the day is kept. */
export const amplitude: SourceType<Settings> = {
  name: 'amplitude',
  meaning: 'Events of an Amplitude project, by its export.',
  gives: 'events',
  settlesHours: () => 50, // two days of uploads, and an hour can be exported two hours after it
  settings,
  async *fetch(given, request) {
    const url = urlOf(given, request);
    if (!url) return;
    const authorization = `Basic ${Buffer.from(`${given.api_key}:${given.secret_key}`).toString('base64')}`;
    // 404: nothing was uploaded in these hours.
    const archive = request.http.stream({ who: WHO, url, headers: { authorization }, empty: [404] });
    for await (const line of linesOf(unzippedFiles(archive, WHO), WHO)) {
      if (line === '') continue;
      const row = objectOf(line);
      if (!row) throw new SourceFailure(`${WHO} exported a line that is no JSON`);
      yield pieceOf(row);
    }
  },
};

/** Undefined while no hour of the day can be exported yet. */
function urlOf({ host }: Settings, { window, settlesMs, now }: FetchRequest): string | undefined {
  const from = Math.floor(window.from / HOUR_MS);
  const hours = Math.ceil((window.to + settlesMs) / HOUR_MS);
  const to = Math.min(hours, Math.floor(now.getTime() / HOUR_MS)) - 1; // its last hour is included
  const hour = (count: number): string => new Date(count * HOUR_MS).toISOString().slice(0, 13).replaceAll('-', '');
  return to < from ? undefined : `${host}/api/2/export?start=${hour(from)}&end=${hour(to)}`;
}

function pieceOf(row: Json): Piece {
  const name = row['event_type'];
  const at = instantFrom(row['event_time'], 'UTC');
  if (typeof name !== 'string' || at === undefined)
    throw new SourceFailure(`${WHO} exported an event without a name or a time`);
  const properties = { ...objectIn(row['user_properties']), ...objectIn(row['event_properties']) };
  const [userId, anonymousId] = [row['user_id'] ?? undefined, row['device_id'] ?? undefined];
  return {
    event: {
      ...{ name, at, properties, userId, anonymousId, named: true },
      messageId: row['uuid'] ?? row['$insert_id'],
      links: userId !== undefined && anonymousId !== undefined ? [{ userId, anonymousId }] : [],
      receivedAt: instantFrom(row['server_upload_time'], 'UTC'),
      library: row['library'],
      browser: row['platform'] === 'Web' ? row['os_name'] : undefined,
      os: row['platform'] === 'Web' ? row['device_type'] : row['os_name'], // of a browser the system it runs on
      country: row['country'],
      release: row['version_name'],
      source: properties['utm_source'],
      medium: properties['utm_medium'],
      campaign: properties['utm_campaign'],
      referrer: properties['referrer'],
      clickId: clickIdAmong(properties),
    },
  };
}

import { clickIdAmong } from '../../catalog/client-claim.js';
import { isId, type ClientEvent, type Collector } from '../collector.js';
import { isObject, type Json, objectIn } from '../json-members.js';

/** PostHog's capture API: `/batch/`, `/e/`, `/capture/`, with the project's token in the body. */
export const posthog: Collector = {
  name: 'posthog',

  batch(_request, body) {
    const outer = isObject(body) ? body : {};
    const events = Array.isArray(body)
      ? (body as unknown[])
      : Array.isArray(outer['batch'])
        ? (outer['batch'] as unknown[])
        : [body];
    if (!Array.isArray(body) && !isObject(body)) return undefined;
    const first = isObject(events[0]) ? events[0] : {};
    const writeKey = [
      outer['api_key'],
      outer['token'],
      first['api_key'],
      first['token'],
      objectIn(first['properties'])['token'],
    ].find(isText);
    return { writeKey: writeKey as string | undefined, sentAt: outer['sent_at'], events };
  },

  event(sent) {
    const properties = objectIn(sent['properties']);
    const name = sent['event'];
    if (typeof name !== 'string' || name.trim() === '') return 'missing_name';
    const distinctId = [sent['distinct_id'], properties['distinct_id'], sent['$distinct_id']].find(isId);
    if (distinctId === undefined) return 'missing_id';
    const offset = sent['offset'];
    return {
      ...described(properties),
      ...whoIs(name, distinctId, properties),
      name,
      named: true,
      messageId: sent['uuid'] ?? properties['$insert_id'],
      clientAt: sent['timestamp'] ?? properties['$time'],
      ...(typeof offset === 'number' && Number.isFinite(offset) && offset >= 0 ? { offsetMs: offset } : {}),
    };
  },
};

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** A distinct id names a user once somebody identified; until then the browser's SDK says that it is a device. */
function whoIs(
  name: string,
  distinctId: unknown,
  properties: Json,
): Pick<ClientEvent, 'userId' | 'anonymousId' | 'links'> {
  const device = isId(properties['$device_id']) ? properties['$device_id'] : undefined;
  const isAnonymous =
    distinctId === device || (properties['$is_identified'] === false && !isId(properties['$user_id']));
  if (isAnonymous) return { anonymousId: distinctId, links: [] };
  const anonymous = [
    name === '$identify' ? properties['$anon_distinct_id'] : undefined,
    name === '$create_alias' ? properties['alias'] : undefined,
    device,
  ].filter((id) => isId(id) && id !== distinctId);
  const links = anonymous.map((anonymousId) => ({ anonymousId, userId: distinctId }));
  return { userId: distinctId, anonymousId: device ?? anonymous[0], links };
}

const described = (properties: Json) => ({
  properties,
  userAgent: properties['$raw_user_agent'] ?? properties['$useragent'] ?? properties['$user_agent'],
  ip: properties['$ip'],
  device: properties['$device_type'],
  browser: properties['$browser'],
  os: properties['$os'],
  release: properties['$app_version'] ?? properties['release'] ?? properties['app_version'],
  country: properties['$geoip_country_code'],
  pageUrl: properties['$current_url'],
  ...campaignOf(properties),
  // Of the visit: that of the page itself is most often a page of the shop.
  referrer: properties['$session_entry_referrer'] ?? properties['$referrer'],
  clickId: clickIdAmong(properties) ?? clickIdAmong(properties, ENTRY),
});

/** posthog-js keeps with which marks the visit began, for its later pages that have none. */
const ENTRY = '$session_entry_';

function campaignOf(properties: Json) {
  const prefix = isText(properties['utm_source']) ? '' : ENTRY;
  return {
    source: properties[`${prefix}utm_source`],
    medium: properties[`${prefix}utm_medium`],
    campaign: properties[`${prefix}utm_campaign`],
  };
}

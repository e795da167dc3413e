import { isId, type ClientEvent, type Collector } from '../collector.js';
import { isObject, type Json, objectIn } from '../json-members.js';
import { headerOf } from '../content-type.js';

const CALLS = ['track', 'identify', 'page', 'screen', 'group', 'alias'];

/** What a request is, by its path; the SDK for browsers says the first letter alone: `/v1/t`. */
function callOf(url: string): string | undefined {
  const word = /\/v1\/(\w+)/.exec(url)?.[1];
  return word?.length === 1 ? [...CALLS, 'batch'].find((call) => call.startsWith(word)) : word;
}

/** Segment's HTTP tracking API: `/v1/track`, `/v1/identify`, `/v1/page`, `/v1/batch`. The write key is the user of Basic, or in the body. */
export const segment: Collector = {
  name: 'segment',

  batch(request, body) {
    if (!isObject(body)) return undefined;
    const single = callOf(request.url);
    const isBatch = Array.isArray(body['batch']);
    if (single === 'batch' && !isBatch) return undefined;
    const events = isBatch ? (body['batch'] as unknown[]) : [{ type: single, ...body }];
    const writeKey = basicUser(headerOf(request.headers, 'authorization')) ?? body['writeKey'];
    return {
      writeKey: typeof writeKey === 'string' ? writeKey : undefined,
      sentAt: body['sentAt'],
      events: isBatch ? withDefaults(body, events) : events,
    };
  },

  event(sent) {
    const type = sent['type'];
    if (typeof type !== 'string' || !CALLS.includes(type)) return 'unknown_type';
    const named = type === 'track';
    const name = named ? sent['event'] : type;
    if (typeof name !== 'string' || name.trim() === '') return 'missing_name';
    if (!isId(sent['userId']) && !isId(sent['anonymousId'])) return 'missing_id';
    return {
      ...inContext(sent),
      ...whoIs(sent),
      name,
      named,
      messageId: sent['messageId'],
      clientAt: sent['timestamp'] ?? sent['originalTimestamp'],
    };
  },
};

// A context beside the batch is meant for each event that has none of its own.
const withDefaults = (body: Json, events: readonly unknown[]): unknown[] =>
  isObject(body['context'])
    ? events.map((event) => (isObject(event) ? { context: body['context'], ...event } : event))
    : [...events];

function basicUser(header: string | undefined): string | undefined {
  const encoded = /^Basic\s+([\w+/=-]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const user = Buffer.from(encoded, 'base64').toString('utf8').split(':')[0]!;
  return user === '' ? undefined : user;
}

function whoIs(sent: Json): Pick<ClientEvent, 'userId' | 'anonymousId' | 'links'> {
  const userId = isId(sent['userId']) ? sent['userId'] : undefined;
  const anonymousId = isId(sent['anonymousId']) ? sent['anonymousId'] : undefined;
  const previous = sent['type'] === 'alias' && isId(sent['previousId']) ? sent['previousId'] : undefined;
  const links = [anonymousId, previous].flatMap((anonymous) =>
    userId !== undefined && anonymous !== undefined ? [{ anonymousId: anonymous, userId }] : [],
  );
  return { userId, anonymousId, links };
}

function inContext(sent: Json) {
  const context = objectIn(sent['context']);
  const campaign = objectIn(context['campaign']);
  const page = objectIn(context['page']);
  const properties = isObject(sent['properties']) ? sent['properties'] : objectIn(sent['traits']);
  return {
    properties,
    library: objectIn(context['library'])['name'],
    userAgent: context['userAgent'],
    ip: context['ip'],
    device: objectIn(context['device'])['type'],
    os: objectIn(context['os'])['name'],
    release: objectIn(context['app'])['version'] ?? properties['release'] ?? properties['app_version'],
    country: objectIn(context['location'])['country'],
    pageUrl: page['url'] ?? properties['url'],
    source: campaign['source'],
    medium: campaign['medium'],
    campaign: campaign['name'],
    referrer: page['referrer'] ?? properties['referrer'],
  };
}

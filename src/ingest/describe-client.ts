import { claimOf } from '../catalog/client-claim.js';
import type { ClearText } from './clear-text.js';
import type { ClientEvent } from './collector.js';
import { agentOf, osName } from './collectors/user-agent.js';
import type { Json } from './json-members.js';

/** Where an event came from, as its client tells, in lower-case words; countries in capitals. Members of which nothing is told are undefined. */
export function describeClient(clear: ClearText, client: ClientEvent) {
  const agent = agentOf(client.userAgent);
  const word = (value: unknown): string | undefined => clear(value)?.trim().toLowerCase() || undefined;
  return {
    isBot: agent.isBot,
    device: word(client.device) ?? agent.device,
    browser: word(client.browser) ?? agent.browser,
    os: osName(word(client.os)) ?? agent.os,
    host: hostOf(client.pageUrl),
    release: clear(client.release)?.trim().slice(0, RELEASE_MAX) || undefined,
    isTest: isMarkedAsTest(client.properties),
    country: word(client.country)?.toUpperCase(),
    ...claimOf(client, clear),
  };
}

const RELEASE_MAX = 64; // characters

/** The names under which shops and SDKs mark an event as a test. */
const TEST_MARKS = ['test', 'is_test', 'isTest', 'test_mode', 'testMode', 'debug_mode'];
const isMarkedAsTest = (properties: Json): boolean =>
  TEST_MARKS.some((name) => properties[name] === true || properties[name] === 'true' || properties[name] === 1);

const hostOf = (url: unknown): string | undefined =>
  typeof url === 'string' && /^https?:/i.test(url) && URL.canParse(url) ? new URL(url).hostname : undefined;

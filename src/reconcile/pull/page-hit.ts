import type { TrackedMapper } from '../../catalog/tracked-events.js';
import { agentOf } from '../../ingest/collectors/user-agent.js';
import type { ClearText } from '../../ingest/clear-text.js';
import type { PageHit } from '../source-type.js';
import type { PageRow } from './snapshot-tables.js';

const PATH_MAX = 200; // characters

/** What is kept of a person's request; a word for one that no person made, or of whom nothing is known. */
export function mapPage(
  hit: PageHit,
  mapper: TrackedMapper,
  { clear, network }: { clear: ClearText; network: (ip: unknown) => string | undefined },
): PageRow | 'bot' | 'no_user_agent' {
  const agent = agentOf(hit.userAgent);
  if (agent.isBot === undefined) return 'no_user_agent';
  if (agent.isBot) return 'bot';
  const url = URL.parse(hit.target, 'http://page');
  const query = Object.fromEntries(url?.searchParams ?? []);
  const [user, anonymous] = [clear(hit.userId), clear(hit.anonymousId)];
  // A page that confirms an order names it in its address; the aliases of orders know how.
  const { refs } = mapper.map(ORDER_NAME, query, clear);
  return {
    requestId: hit.requestId,
    at: hit.at,
    path: clear((url?.pathname ?? '/').slice(0, PATH_MAX)) ?? '/',
    keys: [...refs, ...(user ? [`user:${user}`] : []), ...(anonymous ? [`anonymous:${anonymous}`] : [])],
    clientHash: network(hit.ip),
    browser: agent.browser,
    device: agent.device,
    stored: hit.stored,
  };
}

const ORDER_NAME = 'order_completed';

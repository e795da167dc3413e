import { attributionOf, hasSealedMark } from '../../catalog/attribution.js';
import type { Fact, Node } from '../../catalog/facts.js';
import { anonymousNode, openText, userNode } from '../../catalog/identifiers.js';
import type { Interpreter } from '../interpreter.js';
import { domainEvent, type DomainEvent, fact, needed } from './domain-event.js';
import type { Json } from '../json-members.js';

/** Where somebody came from, and whether analytics may look at them. */
export const touches: Interpreter = {
  name: 'domain/touches',
  version: 3,
  reads: ['touch.recorded', 'consent.changed'],
  interpret: (entry) => {
    const event = domainEvent(entry);
    const { data, at } = event;
    const anonymous = anonymousNode(data['anonymous_id']);
    const subject = needed(userNode(data['user_id']) ?? anonymous, 'user_id or anonymous_id');
    const nodes = [subject === anonymous ? undefined : anonymous];
    if (entry.type === 'touch.recorded') return [touchRecorded(event, subject, data, nodes)];
    const fields = { at, analytics: openText(data['analytics']) };
    return [fact(event, { type: 'ConsentChanged', subject, effect: 'consent', fields, nodes })];
  },
};

/** A touch is kept without a marker too (`source` null), so that the reason of an unknown source can be told. */
export function touchRecorded(
  event: DomainEvent,
  subject: Node,
  attribution: Json,
  nodes?: (Node | undefined)[],
): Fact {
  const from = attributionOf(attribution);
  // A browser that says "from another site" and not from which, on a page without a mark: the mark was lost on the way.
  const isStripped = from.source === null && attribution['fetch_site'] === 'cross-site' && !attribution['referrer'];
  const sealed = from.source === null && hasSealedMark(attribution) ? true : undefined;
  const fields = { at: event.at, ...from, stripped: isStripped ? true : undefined, sealed };
  return fact(event, { type: 'TouchRecorded', subject, effect: `touch:${event.entryId}`, fields, nodes });
}

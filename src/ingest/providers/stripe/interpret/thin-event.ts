import type { Interpreter } from '../../../interpreter.js';

/**
 * Notifications without an object. One that names its snapshot event (attribute `snapshot_event`) says nothing that the snapshot does not
 * say, of whatever type it is. One that names none stays unknown, and is counted as such.
 */
export const thinEvent: Interpreter = {
  name: 'stripe/thin-event',
  version: 1,
  reads: [],
  readsOther: ({ origin, attributes }) =>
    origin === 'stripe' && attributes['envelope'] === 'v2.core.event' && attributes['snapshot_event'] !== undefined,
  interpret: () => [],
};

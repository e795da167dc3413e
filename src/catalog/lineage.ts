/** Where a tracked event began: in a browser or an app, at a server, or at this ledger, which routed it. Only the first counts as tracked. */
export type Lineage = 'client' | 'server' | 'ledger';

/** The property that we put on every event we route to a tool, so that it never comes back as evidence of what browsers saw. */
export const ROUTE_MARKER = 'truth_ledger_origin';

// Libraries that run on servers, as PostHog's `$lib`, Segment's `context.library.name`, Mixpanel's `mp_lib` and Amplitude's `library` name them.
const LANGUAGE = '(?:node|python|ruby|php|java|go|golang|elixir|dotnet|net|rust|rs|csharp|kotlin-server)';
const SERVER_LIBRARY = new RegExp(
  `^(?:${LANGUAGE}|posthog-${LANGUAGE}|(?:@segment/)?analytics-${LANGUAGE}|mixpanel-${LANGUAGE}|amplitude-${LANGUAGE}(?:-ts)?|@umami/node)(?:/|$)`,
  'i',
);

/** `library`: what the tool says sent the event, where that is not one of its properties. */
export function lineageOf(properties: Readonly<Record<string, unknown>>, library?: unknown): Lineage {
  if (properties[ROUTE_MARKER] !== undefined) return 'ledger';
  if (properties['$is_server'] === true || properties['is_server'] === true) return 'server';
  const names = [library, properties['$lib'], properties['mp_lib']];
  return names.some((name) => typeof name === 'string' && SERVER_LIBRARY.test(name)) ? 'server' : 'client';
}

import { attributionOf } from './attribution.js';
import { clickIdKinds, marksNothing } from './attribution-markers.js';

/** Where a client says that its visit came from, as sent. */
export interface ClientSays {
  source?: unknown;
  medium?: unknown;
  campaign?: unknown;
  /** Kind of a click id, such as `gclid`. */
  clickId?: unknown;
  referrer?: unknown;
  /** The address of the page, for what its query says. */
  pageUrl?: unknown;
}

export interface ClientClaim {
  source?: string;
  medium?: string;
  campaign?: string;
}

/**
 * What a client claims, read by the rules of the server's own touches: UTM, then a click id, then the referrer of another site; so that two
 * that saw the same say the same. A client that says it knows nothing, `(direct)`, is believed. `clear`: gives a text as it may be stored.
 */
export function claimOf(sent: ClientSays, clear: (value: unknown) => string | undefined): ClientClaim {
  const page = typeof sent.pageUrl === 'string' ? URL.parse(sent.pageUrl) : null;
  const named = (value: unknown, name: string): string | undefined =>
    clear(value) ?? clear(page?.searchParams.get(name));
  const source = named(sent.source, 'utm_source');
  const knowsNothing = source !== undefined && marksNothing(source.trim().toLowerCase());
  const found = attributionOf({
    ...{ source, medium: named(sent.medium, 'utm_medium'), campaign: named(sent.campaign, 'utm_campaign') },
    ...(knowsNothing ? {} : { click_id: sent.clickId ?? clickIdIn(page), referrer: sent.referrer }),
    landing_page: page ? page.origin + page.pathname : undefined,
  });
  return {
    source: knowsNothing ? undefined : (found.source ?? undefined),
    medium: found.medium ?? undefined,
    campaign: found.campaign ?? undefined,
  };
}

const clickIdIn = (page: URL | null): string | undefined => clickIdKinds.find((kind) => page?.searchParams.get(kind));

/** The kind of the click id among properties, under its name or that name behind a prefix. */
export const clickIdAmong = (properties: Readonly<Record<string, unknown>>, prefix = ''): string | undefined =>
  clickIdKinds.find((kind) => typeof properties[prefix + kind] === 'string' && properties[prefix + kind] !== '');

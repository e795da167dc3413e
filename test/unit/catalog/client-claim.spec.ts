import { describe, expect, it } from '@jest/globals';
import { attributionOf } from '../../../src/catalog/attribution.js';
import { claimOf, type ClientSays } from '../../../src/catalog/client-claim.js';
import { posthog } from '../../../src/ingest/collectors/posthog.js';
import { segment } from '../../../src/ingest/collectors/segment.js';

const clear = (value: unknown): string | undefined =>
  typeof value === 'string' ? (value.includes('@') ? 'h_hidden' : value) : undefined;
const shop = 'https://shop.example/thanks';
const brief = (sent: ClientSays): (string | undefined)[] => {
  const { source, medium } = claimOf(sent, clear);
  return [source, medium];
};

describe('what a client claims of where it came from', () => {
  it.each<[string, ClientSays, (string | undefined)[]]>([
    ['a campaign', { source: 'Newsletter', medium: 'E-Mail' }, ['newsletter', 'email']],
    ['one in the address of the page', { pageUrl: `${shop}?utm_source=fb&utm_medium=ppc` }, ['facebook', 'cpc']],
    ['a click id in the address', { pageUrl: `${shop}?gclid=Cj0` }, ['google', 'cpc']],
    ['a click id that the SDK kept', { clickId: 'msclkid', pageUrl: shop }, ['bing', 'cpc']],
    [
      'the referrer of another site',
      { referrer: 'https://www.linkedin.com/feed/', pageUrl: shop },
      ['linkedin', 'social'],
    ],
    ['a campaign beside a referrer', { source: 'bing', referrer: 'https://t.co/x' }, ['bing', undefined]],
    [
      'a page of the shop as the referrer',
      { referrer: 'https://shop.example/', pageUrl: shop },
      [undefined, undefined],
    ],
    [
      'the checkout of Stripe as the referrer',
      { referrer: 'https://checkout.stripe.com/', pageUrl: shop },
      [undefined, undefined],
    ],
    [
      'that it knows nothing',
      { source: '(direct)', medium: '(none)', referrer: 'https://t.co/x' },
      [undefined, undefined],
    ],
    ['nothing', { pageUrl: shop, referrer: '$direct' }, [undefined, undefined]],
    ['an address of somebody', { pageUrl: `${shop}?utm_source=jane@shop.example` }, ['h_hidden', undefined]],
  ])('given %s, then it is read as the server reads its own touches', (_, sent, claim) =>
    expect(brief(sent)).toEqual(claim),
  );

  it('given the same visit at both sides, then both say the same', () => {
    const [pageUrl, referrer] = [`${shop}?utm_source=AdWords&utm_medium=paid_search`, 'https://www.google.com/'];
    const server = attributionOf({ landing_page: pageUrl, referrer });
    expect(brief({ pageUrl, referrer })).toEqual([server.source, server.medium]);
  });

  it('given a later page of a visit in posthog-js, then the marks with which the visit began', () => {
    const on = (properties: object) => {
      const event = posthog.event({
        event: 'purchase',
        distinct_id: 'd',
        properties: { $current_url: shop, ...properties },
      });
      return brief(event as ClientSays);
    };
    expect(on({ $session_entry_utm_source: 'google', $session_entry_utm_medium: 'cpc', utm_source: null })).toEqual([
      'google',
      'cpc',
    ]);
    expect(on({ utm_source: 'bing', $session_entry_utm_source: 'google' })).toEqual(['bing', undefined]);
    expect(on({ $session_entry_gclid: 'x', $referrer: 'https://shop.example/' })).toEqual(['google', 'cpc']);
    expect(on({ $session_entry_referrer: 'https://www.linkedin.com/', $referrer: shop })).toEqual([
      'linkedin',
      'social',
    ]);
    expect(on({ $session_entry_referrer: '$direct', $referrer: shop })).toEqual([undefined, undefined]);
  });

  it("given Segment's page, then its referrer", () => {
    const page = { url: shop, referrer: 'https://duckduckgo.com/' };
    const event = segment.event({ type: 'track', event: 'Signed Up', userId: 'u', context: { page } });
    expect(brief(event as ClientSays)).toEqual(['duckduckgo', 'organic']);
  });
});

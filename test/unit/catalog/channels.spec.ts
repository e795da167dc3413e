import { describe, expect, it } from '@jest/globals';
import { attributionOf } from '../../../src/catalog/attribution.js';
import { channelRules, defaultChannels } from '../../../src/catalog/channels.js';

describe('the channel of a touch', () => {
  it.each([
    [{ source: 'google', medium: 'cpc' }, 'paid_search'],
    [{ click_id: 'gclid' }, 'paid_search'],
    [{ source: 'bing', medium: 'ppc' }, 'paid_search'],
    [{ referrer: 'https://www.google.de/' }, 'organic_search'],
    [{ source: 'duckduckgo' }, 'organic_search'],
    [{ click_id: 'fbclid' }, 'social'],
    [{ source: 'facebook', medium: 'cpc' }, 'paid_social'],
    [{ source: 'facebook', medium: 'paid_social' }, 'paid_social'],
    [{ referrer: 'https://t.co/x' }, 'social'],
    [{ source: 'mastodon', medium: 'social' }, 'social'],
    [{ referrer: 'https://mail.google.com/' }, 'email'],
    [{ source: 'newsletter' }, 'email'],
    [{ source: 'october', medium: 'e-mail' }, 'email'],
    [{ source: 'blog.example', medium: 'affiliate' }, 'affiliates'],
    [{ click_id: 'dclid' }, 'display'],
    [{ source: 'taz.de', medium: 'banner' }, 'display'],
    [{ referrer: 'https://blog.example/post' }, 'referral'],
    [{ source: 'poster', medium: 'qr' }, 'other'],
    [{ campaign: 'autumn' }, 'other'],
    [{ source: 'poster' }, 'other'],
    [{}, 'unknown'],
    [{ source: 'direct' }, 'unknown'],
    [{ source: '(direct)', medium: '(none)' }, 'unknown'],
  ])('of %j is %s', (data, channel) => {
    const { source, medium } = attributionOf(data);
    expect(defaultChannels.of(source, medium)).toBe(channel);
  });

  it('is never direct', () => {
    expect(channelRules.map(({ channel }) => channel)).not.toContain('direct');
    expect(defaultChannels.of('unknown', '')).toBe('unknown');
  });
});

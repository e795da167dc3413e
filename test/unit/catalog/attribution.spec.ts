import { describe, expect, it } from '@jest/globals';
import { attributionOf } from '../../../src/catalog/attribution.js';

const short = (data: Record<string, unknown>): string => {
  const { source, medium, campaign } = attributionOf(data);
  return [source, medium, campaign].map(String).join('/');
};

describe('attribution', () => {
  it.each([
    [{ source: 'Google', medium: 'CPC', campaign: 'Autumn' }, 'google/cpc/autumn'],
    [{ source: ' Newsletter ', medium: 'E-Mail' }, 'newsletter/email/null'],
    [{ source: 'fb', medium: 'paid_social' }, 'facebook/paid_social/null'],
    [{ source: 'www.google.com', medium: 'ppc' }, 'google/cpc/null'],
    [{ source: 'google', referrer: 'https://www.linkedin.com/feed' }, 'google/null/null'],
    [{ campaign: 'autumn' }, '(not set)/null/autumn'],
    [{ campaign: 'autumn', referrer: 'https://t.co/x' }, 'twitter/social/autumn'],
  ])('given UTM %j, then it is %s', (data, expected) => {
    expect(short(data)).toBe(expected);
  });

  it.each([
    [{ click_id: 'gclid=Cj0abc' }, 'google/cpc/null'],
    [{ click_id: 'gclid:Cj0abc' }, 'google/cpc/null'],
    [{ click_id: 'gclid-123' }, 'google/cpc/null'],
    [{ gclid: '123' }, 'google/cpc/null'],
    [{ utm_source: 'Bing', utm_medium: 'cpc' }, 'bing/cpc/null'],
    [{ click_id: 'fbclid=IwAR0' }, 'facebook/social/null'],
    [{ click_id: 'msclkid=1' }, 'bing/cpc/null'],
    [{ click_id: 'ttclid=1' }, 'tiktok/cpc/null'],
    [{ click_id: 'li_fat_id=1' }, 'linkedin/cpc/null'],
    [{ click_id: 'Cj0KCQjw' }, 'google/cpc/null'],
    [{ click_id: 'x-123' }, '(not set)/cpc/null'],
    [{ click_id: 'x-123', referrer: 'https://ads.example.net/' }, 'ads.example.net/cpc/null'],
    [{ landing_page: 'https://shop.test/p?wbraid=abc' }, 'google/cpc/null'],
    [{ landing_page: '/p?utm_source=Bing&utm_medium=cpc&utm_campaign=x#top' }, 'bing/cpc/x'],
    [{ click_id: 'gclid=1', referrer: 'https://www.linkedin.com/' }, 'google/cpc/null'],
    [{ click_id: '~sealed:1:abc' }, '(not set)/cpc/null'],
  ])('given a click id %j, then it is %s', (data, expected) => {
    expect(short(data)).toBe(expected);
  });

  it.each([
    ['https://www.google.de/', 'google/organic'],
    ['https://www.google.co.uk/search?q=x', 'google/organic'],
    ['https://duckduckgo.com', 'duckduckgo/organic'],
    ['https://lnkd.in/abc', 'linkedin/social'],
    ['android-app://com.linkedin.android/', 'linkedin/social'],
    ['https://l.facebook.com/l.php', 'facebook/social'],
    ['https://mail.google.com/', 'mail.google.com/email'],
    ['https://blog.example.org:8080/post', 'blog.example.org/referral'],
    ['news.ycombinator.com', 'news.ycombinator.com/referral'],
  ])('given the external referrer %s, then it is %s', (referrer, expected) => {
    expect(short({ referrer, landing_page: 'https://shop.test/' })).toBe(`${expected}/null`);
  });

  it.each([
    [{}],
    [{ source: '', medium: null }],
    [{ source: 'direct', medium: '(none)' }],
    [{ source: '(direct)' }],
    [{ landing_page: '/pricing' }],
    [{ referrer: 'https://www.shop.test/a', landing_page: 'https://shop.test/b' }],
    [{ referrer: 'https://checkout.stripe.com/c/pay' }],
    [{ referrer: 'https://accounts.google.com/' }],
    [{ referrer: 'not a url' }],
    [{ source: '~sealed:1:abc:hash' }],
  ])('given no marker in %j, then the source is null and never direct', (data) => {
    expect(attributionOf(data).source).toBeNull();
  });

  it('given ids and queries in URLs, then neither is kept', () => {
    const kept = attributionOf({
      click_id: 'gclid=personal-looking',
      landing_page: 'https://shop.test/p?email=ada%40example.com&gclid=1#x',
      referrer: 'https://blog.example.org/?token=1',
    });
    expect(kept).toMatchObject({
      click_id: 'gclid',
      landing_page: 'https://shop.test/p',
      referrer: 'blog.example.org',
    });
    expect(JSON.stringify(kept)).not.toMatch(/ada|personal|token/);
  });
});

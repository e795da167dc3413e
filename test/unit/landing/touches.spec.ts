import { describe, expect, it } from '@jest/globals';
import { checkCookie, readId, removeId, writeId } from '../../../src/landing/cookies.js';
import { isLanding, type LandingRequest, readTouch } from '../../../src/landing/read-touch.js';

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
const request = (url: string, headers: Record<string, string> = {}, method = 'GET'): LandingRequest => {
  const all: Record<string, string> = { host: 'shop.example', accept: 'text/html', 'user-agent': AGENT, ...headers };
  return { method, url, header: (name) => all[name] };
};

describe('where a visitor comes from', () => {
  it('given UTM parameters, click ids and anything else, then only the marks are kept', () => {
    const url =
      '/pricing?utm_source=google&utm_medium=cpc&utm_campaign=autumn&gclid=Cj0abc&email=ada@example.com&name=Ada&token=s3cret#top';
    const read = readTouch(request(url, { 'sec-fetch-site': 'cross-site', 'x-forwarded-proto': 'https' }))!;
    expect(read).toEqual({
      isMarked: true,
      touch: {
        ...{ source: 'google', medium: 'cpc', campaign: 'autumn', click_id: 'gclid', fetch_site: 'cross-site' },
        landing_page: 'https://shop.example/pricing',
      },
    });
    expect(JSON.stringify(read)).not.toMatch(/Cj0abc|ada|s3cret/i);
  });

  it.each([
    ['an address in a campaign', '/?utm_source=news&utm_content=ada@example.com', /ada/],
    ['an address that was encoded twice', '/?utm_content=ada%2540example.com', /ada/],
    ['an address that was encoded four times, half of it', '/?utm_term=ada%2525252540example.com', /ada/],
    ['an address whose digits were encoded too', '/?utm_term=ada%25%34%30example.com', /ada/],
    ['what was encoded more often than anybody does', `/?utm_term=ada%${'25'.repeat(9)}41`, /ada/],
    ['an address after a long text', `/?utm_content=ada${'.'.repeat(250)}@example.com`, /ada/],
    ['an address in the path that was encoded twice', '/unsubscribe/ada%2540example.com', /ada/],
    ['an address in the path', '/unsubscribe/ada@example.com', /ada/],
    ['an encoded address in the path', '/unsubscribe/ada%40example.com', /ada/],
    ['a token in the path', '/reset/9f8e7d6c5b4a39281706f5e4d3c2b1a0', /9f8e/],
    ["a referrer's page and query", '/', /secret-thread|q=/],
  ])('given %s, then it is not kept', (_what, url, personal) => {
    const read = readTouch(request(url, { referer: 'https://forum.example/secret-thread?q=ada' }))!;
    expect(JSON.stringify(read)).not.toMatch(personal);
  });

  it.each([
    ['another site', 'https://www.linkedin.com/feed', 'https://www.linkedin.com', true],
    ['its own site', 'https://shop.example/cart', undefined, false],
    ['its own subdomain', 'https://blog.shop.example/post', 'https://blog.shop.example', false],
    ['a payment page on the way back', 'https://checkout.stripe.com/c/pay', 'https://checkout.stripe.com', false],
    ['no address', 'nonsense', undefined, false],
  ])('given a referrer that is %s, then it marks or does not', (_what, referer, kept, isMarked) => {
    const read = readTouch(request('/', { referer }))!;
    expect([read.touch.referrer, read.isMarked]).toEqual([kept, isMarked]);
  });

  it.each([
    ['same-origin', 'https://www.store.example/', undefined, false],
    ['same-site', 'https://blog.store.example/post', undefined, false],
    ['cross-site', 'https://forum.example/', 'https://forum.example', true],
  ])('given a host that a proxy put there and %s, then the browser is believed', (site, referer, kept, isMarked) => {
    const read = readTouch(request('/', { referer, host: 'shop:8080', 'sec-fetch-site': site }))!;
    expect([read.touch.referrer, read.isMarked]).toEqual([kept, isMarked]);
  });

  it('given a text with a percent sign that is no encoding, then it is kept', () =>
    expect(readTouch(request('/?utm_campaign=20%25+off%2C+100%2525'))!.touch.campaign).toBe('20% off, 100%25'));

  it('given a path that looks like a host, then it is a path of this one', () =>
    expect(readTouch(request('//elsewhere.example/a'))!.touch.landing_page).toBe(
      'http://shop.example//elsewhere.example/a',
    ));

  it('given an address that cannot be read, then there is no touch', () =>
    expect(readTouch(request('http://[', {}))).toBeUndefined());
});

describe('what is a landing', () => {
  it.each([
    ['a page', {}, 'GET', true],
    ['a page by a browser that says so', { 'sec-fetch-dest': 'document' }, 'GET', true],
    ['a form', {}, 'POST', false],
    ['an image', { accept: 'image/avif,*/*' }, 'GET', false],
    ["a script's request", { 'sec-fetch-dest': 'empty' }, 'GET', false],
    ['a prefetch', { 'sec-purpose': 'prefetch;prerender' }, 'GET', false],
    ['a machine', { 'user-agent': 'Googlebot/2.1' }, 'GET', false],
    [
      'a telephone of a brand with bot in its name',
      { 'user-agent': 'Mozilla/5.0 (Linux; Android 11; CUBOT X50)' },
      'GET',
      true,
    ],
    ['nobody', { 'user-agent': '' }, 'GET', false],
  ])('given %s', (_what, headers, method, landing) =>
    expect(isLanding(request('/', headers as Record<string, string>, method))).toBe(landing),
  );
});

describe('the cookie', () => {
  const id = '0f9c1c7e-6f2a-4c55-9d4e-1a2b3c4d5e6f';

  it('is first-party, out of reach of scripts, and secure but for this machine', () => {
    expect(writeId(id, 'shop.example', {})).toBe(
      `tl_anonymous_id=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=34128000; Secure`,
    );
    expect(writeId(id, '127.0.0.1:8080', { domain: 'shop.example', name: 'a', maxAgeDays: 1 })).toBe(
      `a=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400; Domain=shop.example`,
    );
  });

  it('is removed as it was set, and with a domain also as it was set without one', () => {
    const ofHost = 'tl_anonymous_id=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure';
    expect(removeId('shop.example', {})).toEqual([ofHost]);
    expect(removeId('shop.example', { domain: 'shop.example' })).toEqual([
      ...['tl_anonymous_id=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Domain=shop.example; Secure', ofHost],
    ]);
  });

  it.each([
    [`a=1; tl_anonymous_id=${id}`, id],
    [`tl_anonymous_id=${id}x`, undefined],
    ['tl_anonymous_id=u1', undefined],
    [`xtl_anonymous_id=${id}`, undefined],
    ['', undefined],
  ])('reads %s', (header, read) => expect(readId(header, {})).toBe(read));

  it.each([{ name: 'a b' }, { name: 'a;b' }, { domain: 'a; Secure' }, { maxAgeDays: 0 }])('refuses %j', (options) =>
    expect(() => checkCookie(options)).toThrow(TypeError),
  );
});

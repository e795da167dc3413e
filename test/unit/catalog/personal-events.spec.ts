import { describe, expect, it } from '@jest/globals';
import { domainEvents } from '../../../src/catalog/domain-events/index.js';
import { domainEventPolicy, trackedPolicy, unknownPolicy } from '../../../src/catalog/personal.js';
import { ADDRESS, expectAllOpen, expectAllSealed, judged } from '../../support/personal-leaves.js';

describe('domain events', () => {
  const envelope = { specversion: '1.0', id: 'e_1', source: '/auth', time: '2026-11-01T10:00:00Z' };

  it.each([...domainEvents.values()].map((event) => [event.type, event] as const))(
    '%s keeps its example open but for e-mail and sentences',
    (type, event) => {
      const { sealed } = judged(domainEventPolicy(type), { ...envelope, type, data: event.example });
      expect(sealed).toEqual(
        Object.keys(event.example)
          .filter((name) => name === 'email' || name === 'reason')
          .map((name) => `data.${name}`),
      );
    },
  );

  it('keeps every part of a total and of an attribution', () => {
    const total = {
      amount_minor: '1234',
      currency: 'EUR',
      tax: '1',
      shipping: { amount_minor: '2', currency: 'EUR' },
      discount: { amount_minor: '2', currency: 'EUR' },
    };
    const attribution = {
      source: 'news letter',
      medium: 'e mail',
      campaign: 'Spring Sale 2026',
      term: 'red shoes',
      content: 'banner A',
      referrer: 'https://www.google.com/',
      landing_page: '/shoes?utm_source=x&gclid=1',
      click_id: 'gclid=abc',
    };
    expectAllOpen(domainEventPolicy('order.placed'), {
      ...envelope,
      data: { order_id: 'o 1', user_id: 'u_1', total, attribution },
    });
    expectAllOpen(domainEventPolicy('touch.recorded'), { ...envelope, data: { anonymous_id: 'a_1', ...attribution } });
    expectAllOpen(domainEventPolicy('order.cancelled'), { data: { order_id: 'o_1', reason: 'out_of_stock' } });
  });

  it('hides what a sender adds, unless it is listed and looks like an id', () => {
    const extra = {
      first_name: 'Ada',
      profile: { nick: 'ada', city: 'Berlin' },
      phone: 4917012345678,
      shipping_address: ADDRESS,
      remark: 'x',
      plan: 'Ada only',
      value: 'Lovelace',
      token: 'abc',
      dob: { year: 1815 },
    };
    expectAllSealed(domainEventPolicy('order.placed'), { data: extra, remark: 'a b' });
    expectAllSealed(domainEventPolicy('user.signed_up'), {
      data: {
        email: 'not an address',
        attribution: { referrer: 'https://x.example/?email=ada', landing_page: '/?token=abc' },
      },
    });
    expectAllOpen(domainEventPolicy('order.placed'), {
      data: {
        warehouse_id: 'w_1',
        sku: 'A-1',
        plan: 'pro',
        quantity: 2,
        value: '12.50',
        items: [{ product_id: 'p_1', price: '12.5' }],
      },
    });
  });

  it('of a type that nobody knows are sealed unless listed', () => {
    const event = {
      ...envelope,
      type: 'shipment.lost',
      subject: 'Ada Lovelace',
      data: { shipment_id: 's_1', city: 'Berlin', whatever: 'Ada' },
    };
    expect(judged(domainEventPolicy('shipment.lost'), event)).toEqual(judged(unknownPolicy, event));
    expect(judged(unknownPolicy, event).sealed).toEqual(['subject', 'data.city', 'data.whatever']);
  });
});

describe('client-side events', () => {
  it('of Segment hide traits and free properties, and keep what is counted', () => {
    const policy = trackedPolicy('segment');
    expectAllOpen(policy, {
      type: 'track',
      event: 'Order Completed',
      messageId: 'm-1',
      userId: 'u_1',
      anonymousId: 'a_1',
      timestamp: '2026-11-01T10:00:00Z',
      properties: {
        order_id: 'o_1',
        orderId: 'o_1',
        currency: 'EUR',
        total: 12.5,
        revenue: '10.00',
        value: '10',
        products: [{ product_id: 'p_1', sku: 's', price: 1, quantity: 2 }],
        coupon: 'SUMMER',
      },
      context: {
        library: { name: 'analytics.js', version: '2.0.0' },
        os: { name: 'Mac OS X', version: '10.15' },
        locale: 'de-DE',
        timezone: 'Europe/Berlin',
        campaign: { name: 'Spring Sale', source: 'google', medium: 'cpc', term: 'red shoes', content: 'A' },
        page: { path: '/shoes', referrer: 'https://google.com/', url: 'https://shop.example/shoes?utm_source=x' },
        device: { type: 'mobile', id: 'd_1' },
      },
    });
    expectAllSealed(policy, {
      properties: {
        name: 'Ada',
        first_name: 'Ada',
        city: 'Berlin',
        message: 'hi',
        value: 'Lovelace',
        search: 'x y',
        answer: 'x',
        address: { street: 'Hauptstr. 1', zip: 10115 },
        phone: 4917012345678,
        url: 'https://shop.example/?email=ada%40example.com',
      },
      traits: {
        name: 'Ada',
        firstName: 'Ada',
        lastName: 'Lovelace',
        birthday: '1815-12-10',
        gender: 'f',
        age: 36,
        username: 'ada',
        title: 'Countess',
        company: 'Engine',
        avatar: 'https://img.example/ada.png',
        address: { city: 'Berlin', postalCode: '10115' },
      },
      context: {
        ip: '203.0.113.9',
        userAgent: 'Mozilla/5.0',
        traits: { name: 'Ada', nick: 'ada' },
        page: { title: 'Order of Ada', search: '?name=Ada' },
        device: { name: 'iPhone of Ada', advertisingId: 'x' },
        location: { city: 'Berlin', latitude: 52.5 },
      },
    });
  });

  it('of PostHog likewise', () => {
    const policy = trackedPolicy('posthog');
    expectAllOpen(policy, {
      event: 'purchase_completed',
      distinct_id: 'u_1',
      uuid: '01a1',
      timestamp: '2026-11-01T10:00:00Z',
      properties: {
        $lib: 'web',
        $lib_version: '1.4',
        $browser: 'Chrome',
        $os: 'Linux',
        $device_type: 'Desktop',
        $device_id: 'd',
        $current_url: 'https://shop.example/a?utm_source=google',
        $host: 'shop.example',
        $pathname: '/a',
        $referrer: '$direct',
        $referring_domain: '$direct',
        $session_id: 's',
        $screen_height: 900,
        $set_once: { $initial_host: 'shop.example' },
        order_id: 'o_1',
        amount: 10,
        currency: 'EUR',
        $insert_id: 'x',
        utm_campaign: 'q1',
      },
    });
    expectAllSealed(policy, {
      api_key: 'phc_x',
      properties: {
        token: 'phc_x',
        $ip: '203.0.113.9',
        $raw_user_agent: 'Mozilla/5.0 (X)',
        $geoip_city_name: 'Berlin',
        $geoip_latitude: 52.5,
        $set: { name: 'Ada', email: 'x', nick: 'ada' },
        $el_text: 'Pay as Ada',
        title: 'Ada',
      },
    });
  });

  it('of a protocol that has no list are sealed unless listed', () => {
    expect(trackedPolicy('other')).toBe(unknownPolicy);
  });
});

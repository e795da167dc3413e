import { describe, expect, it } from '@jest/globals';
import {
  domainEventPolicy,
  isPersonalUrl,
  stripePolicy,
  trackedPolicy,
  unknownPolicy,
} from '../../../src/catalog/personal.js';
import { snakeCase } from '../../../src/catalog/personal-names.js';

describe('names and addresses of pages', () => {
  it.each([
    ['firstName', 'first_name'],
    ['$browser', 'browser'],
    ['orderID', 'order_id'],
    ['IPAddress', 'ip_address'],
    ['First Name', 'first_name'],
    ['Prénom', 'prenom'],
    ['e-mail', 'e_mail'],
    ['', ''],
  ])('%s is %s', (name, expected) => expect(snakeCase(name)).toBe(expected));

  it.each([
    'EMAIL',
    'eMail',
    'e-mail',
    'customerEmail',
    'Email Address',
    'phoneNumber',
    'phonenumber',
    'billing_phone2',
    'FIRSTNAME',
    'Your full name',
    'cardholderName',
    'home_address',
    'address_line_1',
    'password_hint',
    'email_sha256',
    'client_ip',
    'zipCode',
    'Straße',
    'Vorname',
    'tax_id',
    'ssn',
    'iban',
    'deliveryInstructions',
    'date_of_birth',
  ])('%s is personal anywhere', (name) => {
    for (const policy of [
      stripePolicy('x'),
      unknownPolicy,
      trackedPolicy('segment'),
      domainEventPolicy('order.placed'),
    ])
      expect(policy(['data', name], 'Ada')).toBe(true);
  });

  it.each([
    'event_name',
    'product_name',
    'plan_name',
    'brand',
    'token_type',
    'email_type',
    'address_count',
    'ip_country',
    'orderId',
    'utm_content',
  ])('%s is not', (name) => {
    expect(unknownPolicy(['data', name], 'spring')).toBe(false);
  });

  it.each([
    ['https://shop.example/a?utm_source=x&order=1#top', false],
    ['https://shop.example/a?E-Mail=ada', true],
    ['https://shop.example/a?x=1&user%5Femail=ada', true],
    ['https://shop.example/#access_token=abc', true],
    ['https://ada:secret@shop.example/', true],
    ['/ada%40example.com', true],
    ['/ada%2540example.com', true],
    ['/a?q=%zz', false],
    ['/thank you ada', true],
  ])('%s holds something personal: %s', (url, expected) => expect(isPersonalUrl(url)).toBe(expected));

  it('are judged in linear time', () => {
    for (const text of [
      'a'.repeat(200_000),
      'A'.repeat(200_000),
      '_'.repeat(200_000),
      'aA'.repeat(100_000),
      '?'.repeat(2_000),
    ]) {
      expect(typeof unknownPolicy(['data', text], text)).toBe('boolean');
      expect(typeof isPersonalUrl(text)).toBe('boolean');
    }
  });
});

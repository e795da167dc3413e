import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formsOf, type Needle, needlesIn } from '../support/byte-search.js';
import {
  besideService,
  call,
  quickDataFolder,
  KEYS,
  read,
  removeFolder,
  type ServiceProcess,
  startService,
} from '../support/service-process.js';
import { bearer, cloudEvent, nowS, signed } from '../support/traffic.js';
import { ADYEN, adyenDelivery, notification, signedItem, SQUARE, squareDelivery } from '../support/doors.js';
import { anAuthorisation, aModification } from '../fixtures/adyen-items.js';
import { squareBody } from '../fixtures/square-events.js';

/** Somebody who exists nowhere else: every door tells the service all of it. */
const person = {
  email: 'wilhelmina.quastenflosser@kanarienpost.example',
  otherEmail: 'Zweitpost.Quastenflosser@Kanarienpost.example',
  name: 'Wilhelmina Quastenflosser',
  umlauts: 'Änne Grüßgöttli-Ødegård',
  street: 'Zwitscherpfad 4711b',
  city: 'Hinterkanarienburg',
  phone: '+49 170 55512309',
  ip: '203.0.113.177',
  ipv6: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
  agent: 'Mozilla/5.0 (Quastenphone; U) KanarienBrowser/77.7',
  note: 'bitte beim Nachbarn Quastenhuber abgeben',
};
const secrets = {
  ...{ apiKey: KEYS.api, webhookSecret: KEYS.stripe, writeKey: KEYS.write },
  ...{ squareKey: SQUARE.keys[0]!, adyenKey: ADYEN.keys[0]!, adyenPassword: ADYEN.basicAuth },
};
const needles: Needle[] = Object.entries({ ...person, ...secrets }).flatMap(([what, text]) => formsOf(what, text));

const dataDir = quickDataFolder();
let service: ServiceProcess;
let url: string;
let number = 0;
const refusals: number[] = [];

beforeAll(async () => {
  service = startService(dataDir, {
    LOG_LEVEL: 'trace',
    SQUARE_WEBHOOK_SIGNATURE_KEYS: SQUARE.keys.join(','),
    SQUARE_NOTIFICATION_URL: SQUARE.notificationUrl,
    ADYEN_HMAC_KEYS: ADYEN.keys.join(','),
    ADYEN_BASIC_AUTH: ADYEN.basicAuth,
  });
  url = await service.listening;
});
afterAll(() => removeFolder(dataDir, [service]));

async function send(where: string, headers: Record<string, string>, body: string | Buffer): Promise<string> {
  const { status, text } = await call(url + where, {
    headers: { 'user-agent': person.agent, 'x-forwarded-for': person.ip, ...headers },
    body,
  });
  if (status >= 500) refusals.push(status);
  return `${status} ${text}`;
}

const webhook = (type: string, object: object, more: object = {}): Promise<string> => {
  const event = {
    id: `evt_${++number}`,
    object: 'event',
    created: nowS(),
    livemode: true,
    type,
    data: { object },
    ...more,
  };
  const body = JSON.stringify(event);
  return send('/webhooks/stripe', signed(body), body);
};
const event = (type: string, data: object, more: object = {}): Promise<string> =>
  send('/v1/events', bearer(), JSON.stringify({ ...cloudEvent('/auth', `e_${++number}`, type, data), ...more }));
const segment = (where: string, body: object): Promise<string> =>
  send(
    where,
    { 'content-type': 'application/json', authorization: `Basic ${btoa(`${KEYS.write}:`)}` },
    JSON.stringify(body),
  );
const posthog = (body: object): Promise<string> =>
  send('/batch/', { 'content-type': 'application/json' }, JSON.stringify({ api_key: KEYS.write, ...body }));

const address = { line1: person.street, line2: person.name, city: person.city, country: 'DE', postal_code: '47110' };
const contact = { email: person.email, name: person.name, phone: person.phone, address };
const metadata = {
  ...{ note: person.note, contact: person.otherEmail, ip: person.ip, full_name: person.umlauts, tel: person.phone },
  [person.email]: 'an address as a name',
  ...{ user_id: person.email, order_id: `for ${person.otherEmail}`, delivery_address: person.street },
};

async function throughStripe(): Promise<string[]> {
  const charge = { id: 'ch_1', object: 'charge', amount: 4_990, currency: 'eur', captured: true, paid: true };
  const details = { type: 'card', card: { last4: '4242', name: person.name, country: 'DE' } };
  return [
    await webhook('customer.created', {
      id: 'cus_1',
      object: 'customer',
      ...contact,
      description: person.note,
      metadata,
    }),
    await webhook('customer.updated', {
      id: 'cus_1',
      object: 'customer',
      ...contact,
      shipping: { ...contact },
      metadata,
    }),
    await webhook('charge.succeeded', {
      ...{ ...charge, status: 'succeeded', customer: 'cus_1', receipt_email: person.email, description: person.note },
      ...{
        billing_details: contact,
        shipping: { ...contact, name: person.umlauts },
        metadata,
        payment_method_details: details,
      },
      ...{ receipt_url: `https://pay.example/r?for=${encodeURIComponent(person.email)}`, owner_ip: person.ipv6 },
    }),
    await webhook('checkout.session.completed', {
      ...{
        id: 'cs_1',
        object: 'checkout.session',
        amount_total: 4_990,
        currency: 'eur',
        payment_status: 'paid',
        metadata,
      },
      ...{ customer_details: contact, customer_email: person.email, client_reference_id: person.otherEmail },
      custom_fields: [{ key: 'engraving', type: 'text', text: { value: person.note } }],
      collected_information: { shipping_details: { name: person.umlauts, address } },
    }),
    await webhook('invoice.paid', {
      ...{
        id: 'in_1',
        object: 'invoice',
        amount_paid: 4_990,
        currency: 'eur',
        status: 'paid',
        metadata,
        account_name: 'Shop',
      },
      ...{
        customer_email: person.email,
        customer_name: person.name,
        customer_phone: person.phone,
        customer_address: address,
      },
      ...{ footer: person.note, custom_fields: [{ name: 'Contact', value: person.name }] },
    }),
    await webhook('charge.dispute.created', {
      ...{ id: 'dp_1', object: 'dispute', amount: 4_990, currency: 'eur', charge: 'ch_1', status: 'needs_response' },
      evidence: {
        customer_email_address: person.email,
        customer_name: person.name,
        customer_purchase_ip: person.ip,
        shipping_address: person.street,
      },
    }),
    await webhook('wobbler.created', {
      id: 'wob_1',
      object: 'wobbler',
      holder: contact,
      remark: { free: [person.note, person.umlauts] },
      seen_from: person.ip,
      metadata,
    }),
    await webhook('customer.created', { ...contact, metadata }, { previous_attributes: contact }),
    await webhook(`typed.by.${person.email}`, { id: 'x' }),
    await webhook('charge.succeeded', {
      ...charge,
      id: person.email,
      customer: person.otherEmail,
      billing_details: contact,
    }),
    await send('/webhooks/stripe', signed(JSON.stringify([contact])), JSON.stringify([contact])),
    await send('/webhooks/stripe', signed(`{"broken": "${person.email}`), `{"broken": "${person.email}`),
    await send(
      `/webhooks/stripe?for=${person.email}`,
      { 'content-type': 'application/json', 'stripe-signature': `t=${person.phone},v1=${person.name}` },
      JSON.stringify(contact),
    ),
    await send(`/webhooks/${encodeURIComponent(person.email)}`, signed('{}'), '{}'),
  ];
}

const square = (body: unknown): Promise<string> => {
  const { headers, body: bytes } = squareDelivery(body);
  return send('/webhooks/square', headers as Record<string, string>, bytes);
};
const adyen = (body: unknown): Promise<string> => {
  const { headers, body: bytes } = adyenDelivery(body);
  return send('/webhooks/adyen', headers as Record<string, string>, bytes);
};

async function throughSquare(): Promise<string[]> {
  const where = { address_line_1: person.street, locality: person.city, postal_code: '47110', first_name: person.name };
  const somebody = {
    ...{ given_name: person.name, family_name: person.umlauts, nickname: person.name, company_name: person.umlauts },
    ...{ email_address: person.email, phone_number: person.phone, note: person.note, address: where },
  };
  const payment = {
    id: 'SQ1',
    status: 'COMPLETED',
    total_money: { amount: 4_990, currency: 'EUR' },
    source_type: 'CARD',
  };
  const tell = (type: string, kind: string, object: object): Promise<string> =>
    square(squareBody(type, kind, object, { id: `sq_${++number}` }));
  const twice = [person.note, person.umlauts].map((note) =>
    squareBody('payment.created', 'payment', { ...payment, note }, { id: 'sq_conflict' }),
  );
  return [
    await tell('customer.created', 'customer', { id: 'SQC1', reference_id: person.email, ...somebody }),
    await tell('payment.updated', 'payment', {
      ...{ ...payment, note: person.note, buyer_email_address: person.email, reference_id: person.otherEmail },
      ...{ billing_address: where, shipping_address: where, card_details: { card: { cardholder_name: person.name } } },
      receipt_url: `https://squareup.com/receipt/${encodeURIComponent(person.email)}`,
      device_details: { device_name: person.agent, device_ip: person.ip },
    }),
    await tell('refund.updated', 'refund', {
      ...{ id: 'SQR1', payment_id: 'SQ1', amount_money: payment.total_money, status: 'COMPLETED' },
      reason: `${person.note}, ${person.name}`,
    }),
    await tell('invoice.published', 'invoice', {
      ...{ id: 'inv:1', primary_recipient: somebody, title: person.note, description: person.umlauts },
      custom_fields: [{ label: 'Contact', value: person.name }],
    }),
    await tell('booking.created', 'booking', { id: 'b1', customer_note: person.note, guest: somebody, at: person.ip }),
    await square({ ...somebody, type: person.note, event_id: person.email }),
    await square([somebody]),
    ...[await square(twice[0]), await square(twice[1])],
    await send('/webhooks/square', { 'x-square-hmacsha256-signature': person.name }, JSON.stringify(somebody)),
  ];
}

async function throughAdyen(): Promise<string[]> {
  const additionalData = {
    ...{ shopperEmail: person.email, shopperName: person.name, shopperReference: person.otherEmail },
    ...{ cardHolderName: person.umlauts, shopperIP: person.ip, shopperTelephone: person.phone },
    ...{ 'billingAddress.street': person.street, 'deliveryAddress.city': person.city, 'metadata.note': person.note },
    ...{ [person.email]: 'an address as a name', browser: person.agent, nested: { name: person.name } },
  };
  const base = { additionalData, reason: person.note };
  const report = `https://ca-live.adyen.com/reports/download?for=${encodeURIComponent(person.email)}`;
  const platform = JSON.stringify({ type: 'accountHolder.created', environment: 'live', data: { contact } });
  const forged = signedItem(anAuthorisation({ ...base, pspReference: 'CANARYF' }), 'ff'.repeat(32));
  return [
    await adyen(notification([anAuthorisation({ ...base, merchantReference: person.email })])),
    await adyen(notification([anAuthorisation({ ...base, amount: { value: 1, currency: 'EUR' } })])), // a conflict
    await adyen(
      notification([anAuthorisation({ ...base, pspReference: person.email, merchantReference: person.note })]),
    ),
    await adyen(
      notification([
        aModification('CHARGEBACK', 'CANARYD', base),
        anAuthorisation({ ...base, eventCode: 'REPORT_AVAILABLE', pspReference: 'CANARYR', reason: report }),
        anAuthorisation({ ...base, eventCode: 'WOBBLED', pspReference: 'CANARYW', holder: contact }),
      ]),
    ),
    await adyen({ live: person.name, notificationItems: [{ NotificationRequestItem: forged }, { of: contact }] }),
    await adyen(platform),
    await adyen(`{"broken": "${person.email}`),
    await send('/webhooks/adyen', { authorization: `Basic ${btoa(`${person.email}:x`)}` }, platform),
  ];
}

/** The same id with other content, at both doors that keep such copies. */
async function conflicts(): Promise<string[]> {
  const one = { id: 'evt_conflict', object: 'event', created: nowS(), livemode: true, type: 'customer.created' };
  const bodies = [person.name, person.umlauts].map((name) =>
    JSON.stringify({ ...one, data: { object: { id: 'cus_9', object: 'customer', ...contact, name } } }),
  );
  const events = [person.email, person.otherEmail].map((email) =>
    JSON.stringify(cloudEvent('/auth', person.email, 'user.signed_up', { user_id: 'u_c', email })),
  );
  const answers: string[] = [];
  for (const body of bodies) answers.push(await send('/webhooks/stripe', signed(body), body));
  for (const body of events) answers.push(await send('/v1/events', bearer(), body));
  return answers;
}

async function throughEvents(): Promise<string[]> {
  const page = `https://shop.example/welcome?mail=${encodeURIComponent(person.email)}&name=${encodeURIComponent(person.umlauts)}`;
  const attribution = { source: 'newsletter', landing_page: page, referrer: page, content: person.email };
  const extra = {
    full_name: person.name,
    phone: person.phone,
    home: address,
    ip_address: person.ip,
    remarks: [person.note],
  };
  const total = { amount_minor: '4990', currency: 'EUR' };
  return [
    await event('user.signed_up', {
      user_id: person.email,
      anonymous_id: person.otherEmail,
      email: person.email,
      attribution,
      ...extra,
    }),
    await event(
      'user.signed_up',
      { user_id: 'u_1', email: person.otherEmail, profile: { ...contact, user_agent: person.agent } },
      { comment: person.note, personname: person.umlauts },
    ),
    await event('order.placed', {
      order_id: person.email,
      user_id: 'u_1',
      total,
      shipping_address: address,
      gift_note: person.note,
      recipient: person.umlauts,
    }),
    await event('order.cancelled', { order_id: 'o_1', reason: `${person.note}, ${person.name}` }),
    await event('user.identified', {
      user_id: person.email,
      anonymous_id: person.otherEmail,
      provider_customer_id: person.email,
    }),
    // Refused, and kept as dead letters:
    await event('newsletter.joined', { ...contact, ...extra }),
    await event('user.signed_up', { user_id: contact, email: [person.email], attribution: person.note }),
    await event('order.placed', {
      order_id: { of: person.name },
      total: person.umlauts,
      currency: person.email,
      ...extra,
    }),
    await event(`joined.by.${person.email}`, contact),
    await event(person.note, contact, { time: person.phone, datacontenttype: person.email, dataversion: person.name }),
    await event('user.signed_up', { email: person.email }, { source: `/auth/${person.email}`, id: person.otherEmail }),
    await event('user.signed_up', { email: person.email }, { id: 'e\u0000', remark: person.umlauts }),
    await send('/v1/events', bearer(), `{"specversion": "1.0", "id": "${person.email}`),
    await send(
      `/v1/events?who=${person.phone.replaceAll(' ', '')}`,
      { 'content-type': 'application/json', authorization: `Bearer ${person.email}` },
      '{}',
    ),
  ];
}

async function throughSegment(): Promise<string[]> {
  const traits = { ...contact, firstName: 'Wilhelmina', birthday: '1968-02-03', nickname: person.umlauts };
  const page = {
    url: `https://shop.example/?mail=${encodeURIComponent(person.email)}`,
    referrer: `https://mail.example/${person.email}`,
    title: person.note,
  };
  const campaign = { source: person.email, medium: 'email', name: `mail to ${person.otherEmail}` };
  const context = {
    ip: person.ip,
    userAgent: person.agent,
    traits,
    page,
    campaign,
    device: { name: person.name, id: person.phone },
  };
  const track = { type: 'track', anonymousId: 'a_1', context };
  const messageId = (): string => `m_${++number}`;
  return [
    await segment('/v1/identify', {
      userId: person.email,
      anonymousId: person.otherEmail,
      traits,
      context,
      messageId: messageId(),
    }),
    await segment('/v1/alias', { userId: 'u_1', previousId: person.email, messageId: messageId() }),
    await segment('/v1/page', {
      anonymousId: 'a_6',
      name: person.note,
      properties: page,
      context: { ...context, ip: person.ipv6 },
      messageId: person.email,
    }),
    await segment('/v1/group', { userId: 'u_1', groupId: person.otherEmail, traits, messageId: messageId() }),
    await segment('/v1/batch', {
      context,
      batch: [
        { ...track, event: 'Signed Up', properties: { ...contact, note: person.note }, messageId: messageId() },
        { ...track, event: `Wrote to ${person.email}`, properties: { [person.email]: 1 }, messageId: messageId() },
        {
          ...track,
          event: 'Order Completed',
          properties: { order_id: person.email, total: person.name, currency: person.note },
        },
        { ...track, event: 'Order Completed', anonymousId: undefined, properties: contact },
        { ...track, type: person.email, properties: contact },
        { ...track, event: 'Signed Up', timestamp: person.phone, properties: contact },
        { ...track, event: 'Signed Up', properties: { ...contact, padding: 'x'.repeat(40_000) } },
        person.email,
        [contact],
      ],
    }),
    await send(
      '/v1/batch',
      { authorization: `Basic ${btoa(`${person.email}:${person.name}`)}` },
      JSON.stringify({ batch: [{ ...track, ...contact }] }),
    ),
    await segment(`/v1/track?as=${encodeURIComponent(person.email)}`, { ...contact, userId: [person.email] }),
  ];
}

async function throughPosthog(): Promise<string[]> {
  const properties = {
    ...{
      $set: contact,
      $set_once: { ...contact, name: person.umlauts },
      $ip: person.ip,
      $raw_user_agent: person.agent,
    },
    ...{
      $current_url: `https://shop.example/me/${person.email}?n=${encodeURIComponent(person.name)}`,
      $referrer: person.note,
    },
    ...{ email: person.otherEmail, ip_at_home: person.ipv6, delivery: address, $insert_id: person.email },
  };
  const one = { event: 'sign_up', distinct_id: person.email, properties };
  const encoded = Buffer.from(JSON.stringify({ api_key: KEYS.write, ...one, uuid: 'p_form' })).toString('base64');
  const zipped = gzipSync(JSON.stringify({ api_key: KEYS.write, batch: [{ ...one, uuid: 'p_zip' }] }));
  return [
    await posthog({
      batch: [
        { ...one, uuid: 'p_1' },
        { ...one, event: '$identify', properties: { ...properties, $anon_distinct_id: person.otherEmail } },
      ],
    }),
    await posthog({
      batch: [{ ...one, event: '$create_alias', uuid: 'p_2', properties: { ...properties, alias: person.email } }],
    }),
    await posthog({ batch: [{ event: person.email, properties }, { distinct_id: person.email, properties }, contact] }),
    await posthog({
      batch: [{ ...one, event: `bought by ${person.email}`, uuid: person.email, timestamp: person.note }],
    }),
    await send('/e/', { 'content-type': 'application/x-www-form-urlencoded' }, `data=${encodeURIComponent(encoded)}`),
    await send('/e/?compression=gzip-js', { 'content-type': 'text/plain' }, zipped),
    await send(
      '/batch/',
      { 'content-type': 'application/json' },
      JSON.stringify({ api_key: person.email, batch: [one] }),
    ),
    await send(
      '/flags/?v=2',
      { 'content-type': 'application/json' },
      JSON.stringify({ token: KEYS.write, distinct_id: person.email, person_properties: contact }),
    ),
  ];
}

/** Questions that name the person, right and wrong ones. */
async function questions(): Promise<void> {
  const id = encodeURIComponent(person.email);
  const get = { method: 'GET', headers: { authorization: `Bearer ${KEYS.api}`, 'user-agent': person.agent } };
  for (const where of [
    `/v1/customers/${id}`,
    `/v1/customers/user:${id}`,
    `/v1/ledger/entries?stream=${id}`,
    `/v1/ledger/entries?type=${encodeURIComponent(person.note)}`,
    `/v1/metrics/${id}?from=${id}`,
    `/v1/reconciliations?source=${id}&from=${id}`,
    `/nowhere/${id}?q=${encodeURIComponent(person.umlauts)}`,
  ])
    await call(url + where, get);
  const wish = { from: '2026-10-01', to: '2026-10-02', source: person.email, metrics: [person.name] };
  await call(`${url}/v1/reconciliations`, { headers: bearer('application/json'), body: JSON.stringify(wish) });
  await call(`${url}/v1/reconciliations`, { headers: bearer('application/json'), body: `{"from": "${person.note}` });
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

/** Every row of every table as text, because PostgreSQL may have compressed what a file holds. */
async function rowsOfAllTables(): Promise<Map<string, string>> {
  return besideService(dataDir, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const texts = new Map<string, string>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string | null }>(
        `select string_agg(t::text, E'\\n') as text from ${name} t`,
      );
      texts.set(name, rows[0]!.text ?? '');
    }
    await client.query('checkpoint');
    return texts;
  });
}

describe('somebody whose name, addresses, number and devices went through every door', () => {
  let tables: Map<string, string>;
  beforeAll(async () => {
    const answers = [
      ...[
        await throughStripe(),
        await throughSquare(),
        await throughAdyen(),
        await conflicts(),
        await throughEvents(),
        await throughSegment(),
        await throughPosthog(),
      ],
    ].flat();
    await questions();
    // The doors did look at all of it, and the answers give nothing of it back.
    const count = (status: number): number => answers.filter((text) => text.startsWith(`${status} `)).length;
    expect(count(202)).toBeGreaterThan(15);
    expect(count(200) + count(409)).toBeGreaterThan(5);
    expect(count(400)).toBeGreaterThan(8);
    expect(needlesIn(Buffer.from(answers.join('\n')), needles)).toEqual([]);
    let ready = await read(url, '/health/ready');
    while (ready.lag.events > 0) ready = await read(url, '/health/ready');
    expect(ready.status).toBe('ready');
    tables = await rowsOfAllTables();
  }, 180_000);

  it('has met no 5xx', () => expect(refusals).toEqual([]));

  it('was kept: in the ledger, as dead letters, as client-side events and as samples of rejects', () => {
    for (const name of [
      'ledger.entries',
      'ingest.dead_letters',
      'ingest.tracked_events',
      'ingest.collector_reject_samples',
      'model.parts',
    ])
      expect([name, tables.get(name)!.length]).not.toEqual([name, 0]);
  });

  it('is in no row of any table', () => {
    const found = [...tables].flatMap(([name, text]) =>
      needlesIn(Buffer.from(text), needles).map((what) => `${name}: ${what}`),
    );
    expect(found).toEqual([]);
  });

  it('is in none of the pages that are open or list what was refused', async () => {
    const pages = ['/metrics', '/health/ready'].map(async (where) => (await call(url + where, { method: 'GET' })).text);
    const listed = ['/v1/dead-letters', '/v1/metrics', '/v1/catalog'].map(async (where) =>
      JSON.stringify(await read(url, where)),
    );
    expect(needlesIn(Buffer.from((await Promise.all([...pages, ...listed])).join('\n')), needles)).toEqual([]);
  });

  it('is in no line of the log, at its most talkative', () => {
    expect(service.output()).toContain('"msg":"request"');
    expect(needlesIn(Buffer.from(service.output()), needles)).toEqual([]);
  });

  it('is in no file below DATA_DIR once the service has stopped, in whatever encoding', async () => {
    expect(await service.stop()).toBe(0);
    const files = filesIn(dataDir);
    expect(files.some((file) => file.includes('pg_wal'))).toBe(true);
    const found = files.flatMap((file) =>
      needlesIn(readFileSync(file), needles).map((what) => `${path.relative(dataDir, file)}: ${what}`),
    );
    expect(found).toEqual([]);
  }, 180_000);
});

describe('the search', () => {
  it('finds each of these in each form among other bytes', () => {
    const noise = Buffer.alloc(1_000, 0xa7);
    for (const needle of needles)
      expect(needlesIn(Buffer.concat([noise, needle.bytes, noise]), needles)).not.toEqual([]);
    const longer = Buffer.from(`{"a":"${person.name}"}`);
    for (const lead of ['', 'x', 'xy'])
      expect(
        needlesIn(Buffer.from(Buffer.concat([Buffer.from(lead), longer]).toString('base64')), needles),
      ).toContainEqual(expect.stringMatching(/^name in base64/));
    expect(needlesIn(noise, needles)).toEqual([]);
  });
});

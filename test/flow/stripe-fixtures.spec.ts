import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Json, RunningService } from '../support/running-service.js';

const folder = path.join(process.env['TRUTH_LEDGER_FIXTURES'] ?? '../shared/fixtures', 'stripe');

/** What was recorded elsewhere, each in an event with an id of its own, in live mode so that it is interpreted. */
function recordedEvents(): { from: string; event: Json }[] {
  const found: { from: string; event: Json }[] = [];
  const add = (from: string, event: Json): void => {
    found.push({ from, event: { ...event, id: `evt_outside_${found.length}`, livemode: true } });
  };
  for (const [name, parsed] of files(['sync-engine', 'stripe-ruby-mock', 'lifecycles-derived'])) {
    if (name.includes('balance_transactions')) continue;
    for (const event of Array.isArray(parsed) ? (parsed as Json[]) : [parsed]) add(name, event);
  }
  for (const [name, parsed] of files(['pay']))
    add(name, wrapped(typeOf(name), parsed['object'] === 'invoice' ? { object: parsed } : parsed));
  for (const [name, parsed] of files(['openapi'])) {
    for (const [resource, object] of Object.entries(parsed['resources'] as Json))
      for (const type of typesOf(resource)) add(`${name} ${type}`, wrapped(type, { object }));
  }
  for (const [name, parsed] of files(['pay-api-recordings'])) {
    for (const { response } of parsed as unknown as { response: Json }[])
      for (const type of typesOf(String(response?.['object'])))
        add(`${name} ${type}`, wrapped(type, { object: response }));
  }
  return found;
}

function files(folders: readonly string[]): [string, Json][] {
  return folders.flatMap((each) =>
    readdirSync(path.join(folder, each))
      .filter((name) => name.endsWith('.json'))
      .map((name): [string, Json] => [
        `${each}/${name}`,
        JSON.parse(readFileSync(path.join(folder, each, name), 'utf8')) as Json,
      ]),
  );
}

const wrapped = (type: string, data: Json): Json => ({
  ...{ object: 'event', type, api_version: '2026-10-28.endive', created: 1_762_800_000, pending_webhooks: 1, data },
});

/** `pay/charge.refunded.json` is the data of a `charge.refunded`. */
function typeOf(name: string): string {
  const type = path.basename(name, '.json');
  if (type.startsWith('subscription.')) return `customer.${type.replace('trial_ended', 'updated')}`;
  return type === 'invoice' ? 'invoice.paid' : type;
}

/** Types of events under which an object of the API could come. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  charge: ['charge.succeeded', 'charge.updated', 'charge.refunded', 'charge.failed', 'charge.captured'],
  'checkout.session': ['checkout.session.completed', 'checkout.session.expired'],
  credit_note: ['credit_note.created', 'credit_note.voided'],
  customer: ['customer.created', 'customer.updated'],
  dispute: ['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.closed'],
  invoice: ['invoice.paid', 'invoice.finalized', 'invoice.voided'],
  invoice_payment: ['invoice_payment.paid'],
  payment_intent: ['payment_intent.succeeded', 'payment_intent.payment_failed'],
  payout: ['payout.created', 'payout.paid', 'payout.failed'],
  refund: ['refund.created', 'refund.failed'],
  subscription: ['customer.subscription.created', 'customer.subscription.deleted', 'customer.subscription.paused'],
};
const typesOf = (resource: string): readonly string[] => TYPES[resource] ?? [`${resource}.updated`];

// They are not a part of the repository: where they are absent there is nothing to run.
if (existsSync(folder)) describe('given everything that others recorded of Stripe', outside);
else describe('fixtures of others', () => it('are absent', () => expect(existsSync(folder)).toBe(false)));

/** What may be parked, and why: an example whose currency is the word "currency". */
const EXPLAINED: readonly RegExp[] = [/^openapi\/fixtures3\.json invoice_payment\.paid: an amount has no currency$/];

function outside(): void {
  let shop: RunningService;
  beforeAll(async () => {
    shop = await RunningService.start({ now: '2026-11-21T12:00:00Z' });
  });
  afterAll(() => shop.stop());

  it('when all of it is delivered, then every answer is 2xx, nothing is parked without a known reason, and core types are known', async () => {
    const events = recordedEvents();
    expect(events.length).toBeGreaterThan(500);
    const refused: string[] = [];
    for (const { from, event } of events) {
      const { status } = await shop.stripe(event);
      if (status < 200 || status > 299) refused.push(`${from}: ${status}`);
    }
    expect(refused).toEqual([]);
    await shop.catchUp();
    const parked = await shop.all('/v1/dead-letters');
    const names = new Map(events.map(({ from, event }) => [String(event['id']), from]));
    const reasons = parked.map(
      (letter) => `${names.get(String(letter['origin_event_id']))}: ${String(letter['errors'])}`,
    );
    expect(reasons.filter((reason) => !EXPLAINED.some((known) => known.test(reason)))).toEqual([]);
    const unknown = (await shop.sql('select type from model.unknown_types')).map(({ type }) => String(type));
    expect(
      unknown.filter((type) => /stripe\.(charge|refund|payment_intent|invoice|payout|credit_note)\./.test(type)),
    ).toEqual([]);
    expect(await shop.service.projections.verify()).toMatchObject({ ok: true });
  }, 300_000);
}

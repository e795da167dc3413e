import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Fact } from '../../../src/catalog/facts.js';
import { createInterpret, interpret, interpretersFor, versionOf } from '../../../src/ingest/interpret.js';
import { moneyOf } from '../../../src/ingest/providers/adyen/interpret/amount.js';
import { adyenEntry, aModification, anAuthorisation, eur, type Json, T0 } from '../../fixtures/adyen-items.js';

const factsOf = (item: Json, more = {}): readonly Fact[] => interpret(adyenEntry(item, more))!;
const automatic = createInterpret(interpretersFor({ adyenAutomaticCapture: ['HarbourShopECOM'] }));

describe('an authorisation', () => {
  it('given one that worked, then it is no money, and joins the order and the shopper', () => {
    expect(factsOf(anAuthorisation())).toMatchObject([
      {
        ...{ type: 'PaymentAuthorised', subject: 'payment:PSP1', effect: 'authorised' },
        fields: { at: T0, amount: '4990', currency: 'EUR', method: 'visa' },
        ...{ refs: ['order:o1'], nodes: ['user:u1', 'email:mailhash'] },
      },
    ]);
  });

  it('given an account that captures by itself, then it is money of a provisional day', () => {
    const facts = automatic(adyenEntry(anAuthorisation()))!;
    expect(facts.map(({ type }) => type)).toEqual(['PaymentAuthorised', 'PaymentCaptured']);
    expect(facts[1]).toMatchObject({
      effect: 'captured',
      fields: { provisional_at: T0, provisional: true, amount: '4990', currency: 'EUR' },
    });
    expect(facts[1]!.fields['at']).toBeUndefined();
  });

  it('given an account that captures by itself and another, then only the one does', () => {
    const other = adyenEntry(anAuthorisation({ merchantAccountCode: 'OtherShop' }));
    expect(automatic(other)!.map(({ type }) => type)).toEqual(['PaymentAuthorised']);
    const all = createInterpret(interpretersFor({ adyenAutomaticCapture: ['*'] }));
    expect(all(other)!.map(({ type }) => type)).toEqual(['PaymentAuthorised', 'PaymentCaptured']);
  });

  it('given what the operator knows changes, then so does the version of what entries mean', () => {
    const versions = [[], ['A'], ['B'], ['A', 'B'], ['*']].map((accounts) =>
      versionOf(interpretersFor({ adyenAutomaticCapture: accounts })),
    );
    expect(new Set(versions).size).toBe(versions.length);
    expect(versionOf(interpretersFor({ adyenAutomaticCapture: ['B', 'A'] }))).toBe(versions[3]);
  });

  it('given a card that was only checked, then nothing is captured even so', () => {
    const facts = automatic(adyenEntry(anAuthorisation({ amount: eur(0) })))!;
    expect(facts.map(({ type }) => type)).toEqual(['PaymentAuthorised']);
  });

  it('given one that was refused, then it failed', () => {
    expect(factsOf(anAuthorisation({ success: 'false', reason: 'Refused' }))).toMatchObject([
      { type: 'PaymentFailed', subject: 'payment:PSP1', fields: { at: T0, reason: 'Refused' } },
    ]);
    expect(automatic(adyenEntry(anAuthorisation({ success: 'false' })))!.map(({ type }) => type)).toEqual([
      'PaymentFailed',
    ]);
  });

  it.each(['ContAuth', 'POS'])('given the interaction %s, then no browser could have seen it', (shopperInteraction) => {
    const [fact] = factsOf(anAuthorisation({ additionalData: { shopperInteraction } }));
    expect(fact!.fields['customer_present']).toBe(false);
  });
});

describe('modifications', () => {
  it.each([
    ['CAPTURE', 'PaymentCaptured', 'captured:C1', { amount: '4990', at: T0, provisional: false }],
    ['CAPTURE_FAILED', 'PaymentCaptured', 'captured:C1', { amount: '4990', failed_at: T0 }],
    ['REFUND', 'RefundChanged', 'refund:C1', { amount: '4990', status: 'succeeded' }],
    ['REFUND_WITH_DATA', 'RefundChanged', 'refund:C1', { amount: '4990', status: 'succeeded' }],
    ['CANCEL_OR_REFUND', 'RefundChanged', 'refund:C1', { amount: '4990', status: 'succeeded' }],
    ['POSTPONED_REFUND', 'RefundChanged', 'refund:C1', { amount: '4990', status: 'requires_action' }],
    ['REFUND_FAILED', 'RefundChanged', 'refund:C1', { amount: '4990', status: 'failed', failed_at: T0 }],
    ['REFUNDED_REVERSED', 'RefundChanged', 'refund:C1', { amount: '4990', status: 'failed', failed_at: T0 }],
    ['CANCELLATION', 'PaymentAuthorised', 'authorised', { released_at: T0 }],
    ['TECHNICAL_CANCEL', 'PaymentAuthorised', 'authorised', { released_at: T0 }],
    ['AUTHORISATION_ADJUSTMENT', 'PaymentAuthorised', 'authorised', { amount: '4990' }],
  ])('given %s that worked, then %s of the payment', (eventCode, type, effect, fields) => {
    const [fact, ...more] = factsOf(aModification(eventCode, 'C1'));
    expect(more).toEqual([]);
    expect(fact).toMatchObject({ type, subject: 'payment:PSP1', effect, fields });
    expect(fact!.refs).toBeUndefined(); // a modification's reference is its own, and no order
  });

  it('given an expiry, which names no other payment, then it is of the payment itself', () => {
    expect(factsOf(anAuthorisation({ eventCode: 'EXPIRE' }))).toMatchObject([
      { type: 'PaymentAuthorised', subject: 'payment:PSP1', fields: { released_at: T0 } },
    ]);
  });

  it.each(['CAPTURE', 'CAPTURE_FAILED', 'CANCELLATION', 'TECHNICAL_CANCEL', 'EXPIRE', 'AUTHORISATION_ADJUSTMENT'])(
    'given %s that did not work, then nothing happened',
    (eventCode) => expect(factsOf(aModification(eventCode, 'C1', { success: 'false' }))).toEqual([]),
  );

  it.each(['REFUND', 'REFUND_FAILED', 'CANCEL_OR_REFUND'])(
    'given %s that did not work, then no money moved',
    (eventCode) => {
      const [fact] = factsOf(aModification(eventCode, 'R1', { success: 'false' }));
      expect(fact).toMatchObject({ effect: 'refund:R1', fields: { status: 'canceled' } });
    },
  );

  it('given a refund that worked and failed, then the failure counts, whatever the dates say', () => {
    const [worked] = factsOf(aModification('REFUND', 'R1'), { afterMs: 9_000_000_000 });
    const [failed] = factsOf(aModification('REFUND_FAILED', 'R1'), { afterMs: 0 });
    expect(failed!.effect).toBe(worked!.effect);
    expect(failed!.stamp > worked!.stamp).toBe(true);
  });
});

describe('disputes', () => {
  const told = (eventCode: string, over: Json = {}) =>
    factsOf(aModification(eventCode, 'D1', over)).map(({ type, effect, subject, refs }) => [
      type,
      effect,
      subject,
      ...(refs ?? []),
    ]);
  const changed = ['DisputeChanged', 'dispute:D1', 'payment:PSP1', 'intent:D1'];

  it.each([
    ['CHARGEBACK', 'DisputeFundsWithdrawn', 'dispute:D1:withdrawn'],
    ['CHARGEBACK_REVERSED', 'DisputeFundsReinstated', 'dispute:D1:reinstated'],
    ['SECOND_CHARGEBACK', 'DisputeFundsWithdrawn', 'dispute:D1:withdrawn:second'],
  ])('given %s, then money moves', (eventCode, type, effect) => {
    expect(told(eventCode)).toEqual([changed, [type, effect, 'payment:PSP1', 'intent:D1']]);
  });

  it.each([
    'NOTIFICATION_OF_CHARGEBACK',
    'NOTIFICATION_OF_FRAUD',
    'REQUEST_FOR_INFORMATION',
    'INFORMATION_SUPPLIED',
    'DISPUTE_DEFENSE_PERIOD_ENDED',
    'ISSUER_RESPONSE_TIMEFRAME_EXPIRED',
    'PREARBITRATION_WON',
    'PREARBITRATION_LOST',
  ])('given %s, then none does', (eventCode) => expect(told(eventCode)).toEqual([changed]));

  it('given an event that does not name the payment, then it is about the dispute, which others join with it', () => {
    expect(told('CHARGEBACK_REVERSED', { originalReference: undefined })).toEqual([
      ['DisputeChanged', 'dispute:D1', 'intent:D1'],
      ['DisputeFundsReinstated', 'dispute:D1:reinstated', 'intent:D1'],
    ]);
  });

  it('given one without success, then nothing happened', () =>
    expect(told('CHARGEBACK', { success: 'false' })).toEqual([]));
});

describe('what may feed money', () => {
  const codes = ['AUTHORISATION', 'CAPTURE', 'CAPTURE_FAILED', 'REFUND', 'REFUND_FAILED', 'CANCEL_OR_REFUND'];
  const disputes = ['CHARGEBACK', 'CHARGEBACK_REVERSED', 'SECOND_CHARGEBACK', 'NOTIFICATION_OF_CHARGEBACK'];
  // Everything that says whether, what and how much; not when, and not how it was paid.
  const moneyOfFacts = (facts: readonly Fact[]) =>
    facts.map(({ type, subject, effect, fields }) => [
      type,
      subject,
      effect,
      fields['amount'],
      fields['currency'],
      fields['status'],
    ]);

  it('given anything in what is not signed, then the same facts of the same amounts, captures by themselves or not', () => {
    const unsigned = fc.record(
      {
        eventDate: fc.oneof(fc.constant('2031-01-01T00:00:00Z'), fc.string()),
        reason: fc.string(),
        paymentMethod: fc.string(),
        operations: fc.subarray(['CANCEL', 'CAPTURE', 'REFUND']),
        additionalData: fc.dictionary(
          fc.constantFrom('modification.action', 'grossValue', 'grossCurrency', 'disputeStatus', 'other'),
          fc.oneof(fc.constantFrom('cancel', 'refund', '999999'), fc.string()),
        ),
        extra: fc.jsonValue({ maxDepth: 2 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...codes, ...disputes),
        fc.constantFrom('true', 'false'),
        unsigned,
        (code, success, more) => {
          const item = aModification(code, 'X1', { success });
          for (const read of [interpret, automatic]) {
            const genuine = read(adyenEntry(item))!;
            const altered = {
              ...adyenEntry(item),
              body: adyenEntry({ ...item, ...more, eventDate: item['eventDate'] }).body,
            };
            expect(moneyOfFacts(read(altered)!)).toEqual(moneyOfFacts(genuine));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('what never counts', () => {
  it('given an item of the test environment, then it states no fact', () => {
    expect(factsOf(anAuthorisation(), { live: 'false' })).toEqual([]);
  });

  it.each(['REPORT_AVAILABLE', 'RECURRING_CONTRACT', 'ORDER_CLOSED', 'PAYOUT_THIRDPARTY', 'VOID_PENDING_REFUND'])(
    'given %s, then it is understood and moves nothing',
    (eventCode) => expect(factsOf(anAuthorisation({ eventCode }))).toEqual([]),
  );

  it('given an event code nobody reads, then it is unknown', () => {
    expect(factsOf(anAuthorisation({ eventCode: 'SOMETHING_NEW' }))).toBeUndefined();
  });

  it.each([
    ['no item', { live: 'true', notificationItems: [] }],
    ['two items', { notificationItems: [{ NotificationRequestItem: {} }, { NotificationRequestItem: {} }] }],
    ['nothing', null],
  ])('given %s in the body, then it is parked', (_what, body) => {
    expect(() => interpret({ ...adyenEntry(anAuthorisation()), body })).toThrow(TypeError);
  });
});

describe('units of Adyen', () => {
  it.each([
    ['EUR', 12_345, '12345'],
    ['JPY', 1_000, '1000'],
    ['CLP', 100_000, '1000'],
    ['ISK', 100_000, '1000'],
    ['CVE', 1_000, '100000'],
    ['IDR', 1_000, '100000'],
    ['KWD', 1_234, '1234'],
    ['IQD', 1_234, '1234'],
    ['XPF', 7, '7'],
  ])('given %s %i, then %s of ours', (currency, value, minor) =>
    expect(moneyOf(value, currency)).toEqual({ amount: minor, currency }),
  );

  it.each([
    ['a hundredth of a peso', 100_001, 'CLP', RangeError],
    ['a negative amount', -1, 'EUR', RangeError],
    ['no amount', undefined, 'EUR', RangeError],
    ['no currency', 1, '', TypeError],
  ] as const)('given %s, then it is parked and not rounded', (_what, value, currency, error) => {
    expect(() => moneyOf(value, currency)).toThrow(error);
  });
});

import { describe, expect, it } from '@jest/globals';
import { adyenPolicy } from '../../../src/catalog/personal-adyen.js';
import { expectAllOpen, expectAllSealed, type Json, judged } from '../../support/personal-leaves.js';

const of = (item: Json): Json => ({ notificationItems: [{ NotificationRequestItem: item }] });
const policy = adyenPolicy('adyen.AUTHORISATION');

describe('Adyen', () => {
  it('hides persons, cards and accounts', () => {
    expectAllSealed(
      policy,
      of({
        reason: '1234:7777:12/2030',
        additionalData: {
          ...{ cardHolderName: 'Ada Lovelace', cardSummary: '7777', expiryDate: '12/2030', shopperIP: '203.0.113.9' },
          ...{ shopperName: 'Ada', shopperTelephone: '+4930', shopperStatement: 'For Ada', iban: 'DE00' },
          ...{ 'billingAddress.street': 'Hauptstr.', 'deliveryAddress.city': 'Berlin', ownerName: 'Ada' },
          ...{ 'metadata.note': 'call me', 'metadata.userName': 'ada', ' NAME1 ': 'Lovelace', authCode: '1234' },
          'issuerComments.explanation': 'She said',
          nested: { deep: 'Ada', number: 4930 },
        },
        anything: 'Ada',
        merchantReference: 'order for Ada Lovelace',
      }),
    );
  });

  it('leaves what is signed, what describes the event, and what is listed', () => {
    expectAllOpen(policy, { live: 'true' });
    expectAllOpen(
      policy,
      of({
        ...{ pspReference: 'QFQTPCQ8HXSKGK82', originalReference: '9913140798220028', success: 'true' },
        ...{ merchantAccountCode: 'HarbourShopECOM', merchantReference: 'o_1', eventCode: 'AUTHORISATION' },
        ...{ amount: { value: 4990, currency: 'EUR' }, eventDate: '2026-10-03T11:00:00+02:00', paymentMethod: 'visa' },
        ...{ operations: ['CANCEL', 'CAPTURE'], reason: 'Refused' },
        additionalData: {
          ...{ hmacSignature: 'OzDjCMZIsdtDqrZ+cl/FWC+WdESrorctXTzAzW33dXI=', shopperReference: 'u_1' },
          ...{ 'recurring.shopperReference': 'u_1', issuerCountry: 'NL', disputeStatus: 'Won' },
        },
      }),
    );
  });

  it('keeps where a report is, unless it names somebody, and no other reason that is an address', () => {
    const reason = (text: string): Json => of({ reason: text });
    const reports = adyenPolicy('adyen.REPORT_AVAILABLE');
    expectAllOpen(reports, reason('https://ca-live.adyen.com/reports/download/MerchantAccount/Shop/settlement_1.csv'));
    expectAllSealed(reports, reason('https://x.example/?email=a&name=Ada'));
    expectAllSealed(policy, reason('https://x.example/settlement_1.csv'));
    expectAllSealed(policy, reason('Ada Lovelace'));
  });

  it('seals the webhooks of platforms like anything unknown', () => {
    const body = {
      data: { accountHolder: { description: 'Shelly Eller', contactDetails: { phone: { number: '0612' } } } },
    };
    expectAllSealed(adyenPolicy('adyen.balancePlatform.accountHolder.created'), body);
    expect(judged(policy, { type: 'x.y', environment: 'live' }).sealed).toEqual([]);
  });
});

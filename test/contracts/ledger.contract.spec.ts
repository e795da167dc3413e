import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import { feedCases } from './ledger-cases-feed.js';
import { lostAnswerCases } from './ledger-cases-lost-answers.js';
import { recordCases } from './ledger-cases-record.js';
import { storedCases } from './ledger-cases-stored.js';
import { streamCases } from './ledger-cases-streams.js';
import type { LedgerFixture } from './ledger-entries.js';
import { subjects } from './ledger-fixtures.js';

describe.each(Object.values(subjects).flat())('$name keeps the ledger contract', ({ make, breakable }) => {
  let fixture: LedgerFixture;
  let ledger: Ledger;
  beforeAll(async () => {
    fixture = await make();
  });
  beforeEach(async () => {
    await fixture.empty();
    ledger = await fixture.open();
  });
  afterEach(() => ledger.close());
  afterAll(() => fixture.drop());

  const given = [() => ledger, () => fixture] as const;
  describe('what is stored', () => storedCases(...given));
  describe('received events', () => recordCases(...given));
  describe('streams of decisions', () => streamCases(...given));
  describe('feed', () => feedCases(...given));
  if (breakable) describe('lost answers', () => lostAnswerCases(() => fixture));
});

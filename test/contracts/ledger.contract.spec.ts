import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import { backends, type BackendName } from '../../src/ledger/backends/index.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { feedCases } from './ledger-cases-feed.js';
import { recordCases } from './ledger-cases-record.js';
import { streamCases } from './ledger-cases-streams.js';
import type { LedgerFixture } from './ledger-entries.js';
import { fixtures } from './ledger-fixtures.js';

describe.each(Object.keys(backends) as BackendName[])('%s keeps the ledger contract', (name) => {
  let fixture: LedgerFixture;
  let ledger: Ledger;
  beforeAll(async () => {
    fixture = await fixtures[name]();
  });
  beforeEach(async () => {
    await fixture.empty();
    ledger = await fixture.open();
  });
  afterEach(() => ledger.close());
  afterAll(() => fixture.drop());

  describe('received events', () =>
    recordCases(
      () => ledger,
      () => fixture,
    ));
  describe('streams of decisions', () =>
    streamCases(
      () => ledger,
      () => fixture,
    ));
  describe('feed', () =>
    feedCases(
      () => ledger,
      () => fixture,
    ));
});

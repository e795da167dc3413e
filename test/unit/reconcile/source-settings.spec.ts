import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/config.js';
import { readSources } from '../../../src/reconcile/pull/source-settings.js';
import { sourceTypes } from '../../../src/reconcile/sources/index.js';

const log = { name: 'log', type: 'access_log', format: 'combined', path: 'a.log' };
const umami = { name: 'site', type: 'umami', website_id: 'w', token: { env: 'UMAMI' } };
const read = (given: unknown, env: Record<string, string> = { UMAMI: 'secret-token' }) =>
  readSources({ SOURCES: typeof given === 'string' ? given : JSON.stringify(given), ...env }, sourceTypes);
const mistakesOf = (...sources: object[]): string[] => read({ sources }).mistakes;

describe('the settings of sources', () => {
  it('given a file, when it is read, then its sources have their secrets, and what they do not say by default', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'truth-ledger-sources-'));
    const file = path.join(folder, 'sources.json');
    writeFileSync(
      file,
      JSON.stringify({ sources: [{ ...umami, settles_hours: 5 }], metrics: { orders: { tolerance_pct: 2 } } }),
    );
    const { settings, mistakes } = readSources({ SOURCES_FILE: file, UMAMI: 'secret-token' }, sourceTypes);
    rmSync(folder, { recursive: true });
    expect([mistakes, settings.contract]).toEqual([[], { orders: { tolerance_pct: 2 } }]);
    expect(settings.sources[0]).toMatchObject({
      name: 'site',
      ...{ settlesMs: 5 * 3_600_000, keepDays: 90 },
      settings: { token: 'secret-token', host: 'https://api.umami.is/v1' },
    });
  });

  it.each([
    [{ path: 'x/{day}.csv' }, 48],
    [{ path: 'x/{day}.csv', days_after: 5 }, 144],
    [{ path: 'x/{day}.csv', days_after: 0 }, 24],
    [{ path: 'x/all.csv', days_after: 5 }, 24],
    [{ path: 'x/{day}.csv', days_after: 5, settles_hours: 3 }, 3],
  ])(
    'given files %j, then a day settles when the last one it is read from has come: after %i hours',
    (given, hours) => {
      const { settings, mistakes } = read([{ name: 'files', type: 'file', ...given }]);
      expect([mistakes, settings.sources[0]!.settlesMs]).toEqual([[], hours * 3_600_000]);
    },
  );

  it('given nothing, then there are none', () =>
    expect(readSources({}, sourceTypes)).toEqual({ settings: { sources: [], contract: {} }, mistakes: [] }));

  it('given another secret, then it is the same source; given another name of an event, then another reading', () => {
    const print = (given: object, env = { UMAMI: 'a' }) =>
      read([{ ...umami, ...given }], env).settings.sources[0]!.fingerprint;
    expect(print({}, { UMAMI: 'b' })).toBe(print({}));
    expect(print({ events: { signup: ['Joined'] } })).not.toBe(print({}));
    expect(print({ keep_days: 7 })).toBe(print({}));
  });

  it('given names of events and properties, then they replace those by default, kind by kind', () => {
    const given = {
      ...umami,
      events: { signup: ['Joined Us'] },
      properties: { order: ['number'], total: ['grand_total'], currency: ['cur'] },
    };
    const { mapper } = read([given]).settings.sources[0]!;
    expect(['joined_us', 'sign_up', 'purchase'].map((name) => mapper.kindOf(name))).toEqual([
      'signup',
      undefined,
      'order_completed',
    ]);
    const properties = { number: 'o1', order_id: 'o2', grand_total: '12.34', total: 99, cur: 'eur' };
    expect(mapper.map('purchase', properties, (id) => id as string)).toMatchObject({
      refs: ['order:o1'],
      valueMinor: 1234n,
      valueBasis: 'total',
      currency: 'EUR',
    });
  });

  it.each([
    ['no JSON', '{', 'SOURCES is no JSON.'],
    ['a member that does not exist', { origins: [] }, 'SOURCES has the unknown setting "origins".'],
    ['an unknown type', [{ name: 'x', type: 'adobe' }], 'source "x" has an unknown type; there are posthog, ga4,'],
    ['a missing setting', [{ name: 'x', type: 'posthog', project_id: 1 }], 'source "x" api_key is missing.'],
    ['a missing number', [{ name: 'x', type: 'posthog', api_key: 'k' }], 'source "x" project_id is missing.'],
    [
      'a key that is none',
      [{ name: 'x', type: 'ga4', property_id: 1, client_email: 'a@b.example', private_key: 'k' }],
      'private_key must be the whole private key',
    ],
    ['an empty text', [{ name: 'x', type: 'file', path: '' }], 'source "x" path must not be empty.'],
    ['a number out of its bounds', [{ ...umami, keep_days: 0 }], 'source "site" keep_days must be at least 1.'],
    [
      'a tolerance below none',
      { metrics: { orders: { tolerance_pct: -5 } } },
      'metrics.orders.tolerance_pct must be at least 0.',
    ],
    ['a setting too many', [{ ...umami, websight: 1 }], 'source "site" has the unknown setting "websight".'],
    ['a bad name', [{ ...umami, name: 'My Site' }], 'name must be lower-case letters'],
    ['the name of our own', [{ ...umami, name: 'collector' }], '"collector" is this service\'s own source'],
    ['two of one name', [umami, umami], 'SOURCES has two sources named "site".'],
    [
      'one event for two things',
      [{ ...umami, events: { signup: ['Purchase'] } }],
      'takes the event "purchase" for two things',
    ],
    [
      'pages that go before their day is compared for the last time',
      [{ ...log, keep_days: 13 }],
      'source "log" keep_days must be at least 14: so long after it a day is compared again',
    ],
    [
      'pages that go before the slowest source has settled',
      [log, { ...umami, settles_hours: 24 * 31 }].map((each) => ({ ...each, keep_days: 31 })),
      'source "log" keep_days must be at least 32',
    ],
    ['both secrets of two kinds', [{ ...umami, api_key: 'x' }], 'must have api_key or token'],
    [
      'a zone that does not exist',
      [{ name: 'x', type: 'mixpanel', project_id: 1, project_secret: 's', time_zone: 'Mars' }],
      'time_zone must be a time zone name',
    ],
    [
      'a metric that does not exist',
      { metrics: { profit: { owner: 'me' } } },
      'SOURCES has the unknown setting "metrics.profit".',
    ],
    [
      'an e-mail address',
      { metrics: { orders: { owner: 'jane@shop.example' } } },
      'metrics.orders holds an e-mail address',
    ],
    [
      'the ledger as its feed',
      [{ ...umami, fed_by: 'ledger' }],
      'is fed by the ledger of this service: two arms with one lineage',
    ],
    ['the collector as its feed', [{ ...umami, fed_by: 'collector' }], 'is fed by the collector of this service'],
  ])('given %s, then a sentence says so', (_, given, sentence) => {
    const { mistakes } = read(given);
    expect(mistakes).toEqual([expect.stringContaining(sentence)]);
  });

  it('given that less lateness is agreed, then pages may go earlier; what only a snapshot replaced may in any case', () => {
    const given = [
      { ...log, keep_days: 7 },
      { ...umami, keep_days: 1 },
    ];
    const agreed = { allowed_lateness_hours: 48 };
    expect(read({ sources: given, metrics: { orders: agreed, revenue_gross: agreed } }).mistakes).toEqual([]);
    expect(read({ sources: given, metrics: { orders: agreed } }).mistakes).toHaveLength(1);
  });

  it('given a secret whose variable is not set, then its name is told', () => {
    expect(read([umami], {}).mistakes).toEqual(['SOURCES: source "site" reads a secret from UMAMI, which is not set.']);
  });

  it('given mistakes, then every one is told at start, and no value', () => {
    const sources = JSON.stringify([
      { ...umami, host: 'ftp://secret-host' },
      { name: 'x', type: 'ga4', private_key: 'secret-key' },
    ]);
    expect(() => readConfig({ SOURCES: sources, SOURCES_FILE: '/nowhere.json', UMAMI: 't', PORT: 'x' })).toThrow(
      /PORT must be[^]*both set[^]*cannot be read: ENOENT/,
    );
    expect(() => readConfig({ SOURCES: sources, UMAMI: 't' })).toThrow(/site.*host must be[^]*"x" property_id/);
    expect(() => readConfig({ SOURCES: sources, UMAMI: 't' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret-') }),
    );
  });

  it('given a mistake in the contract and one in a source, then both are told', () => {
    const { mistakes } = read({ sources: [{ ...umami, websight: 1 }], metrics: { profit: {} } });
    expect(mistakes.map((mistake) => mistake.replace(/.*unknown setting/, ''))).toEqual([
      ' "metrics.profit".',
      ' "websight".',
    ]);
  });

  it('given good settings, then a configuration holds them', () => {
    const config = readConfig({ SOURCES: JSON.stringify([umami]), UMAMI: 't' });
    expect(config.sources.sources.map(({ name }) => name)).toEqual(['site']);
    expect(mistakesOf(umami)).toEqual([]);
  });
});

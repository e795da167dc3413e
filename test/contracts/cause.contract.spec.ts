import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Evidence, PageRequest } from '../../src/reconcile/cause.js';
import { causes } from '../../src/reconcile/causes/index.js';
import { explain } from '../../src/reconcile/compare/explain.js';
import { figuresOf } from '../../src/reconcile/gap.js';
import type { Item, Part } from '../../src/reconcile/parts.js';
import { at, DAY, tracked, truth } from '../unit/reconcile/given.js';

const nothing: Evidence = {
  keysOf: () => [],
  seenAt: () => [at('09:00:00', '2026-10-01')], // seen, but on another day
  dayOf: () => [at('00:00:00'), at('00:00:00', '2026-10-04')],
  refused: () => [],
  farTracked: () => [],
  farTruth: () => [],
  notTrackable: () => undefined,
  known: () => [],
  consent: () => undefined,
  pages: () => [],
  beaconIsSource: true,
  outage: () => undefined,
  eventOf: () => undefined,
};
const item = (part: Part, given: Partial<Item> = {}): Item => ({
  part,
  id: 'x',
  day: DAY,
  amountActual: 0n,
  amountTracked: 0n,
  ...given,
});
const missing = item('missing', { truth: truth('user:u1') });
const clientOnly = item('client_only', { tracked: tracked('order:o1') });
const later = tracked('user:u1', { day: '2026-10-09' });
const sameTime = tracked('user:u1', { day: '2026-10-02', at: at('09:59:00') });

const second = tracked('user:u1');
const denied = (time: string) => ({ analytics: 'denied' as const, at: at(time), entryId: 'e1' });
const page = (given: Partial<PageRequest> = {}): PageRequest => ({
  at: at('09:59:00'),
  ref: 'shop.log/r1',
  beacon: false,
  stored: null,
  ...given,
});

/** What each cause must explain, and the same without what proves it. A new cause adds its line. */
const examples: Record<string, { holds: [Item, Partial<Evidence>]; not: [Item, Partial<Evidence>] }> = {
  duplicate: { holds: [item('duplicates', { tracked: tracked('user:u1') }), {}], not: [item('duplicates'), {}] },
  bot: { holds: [item('client_only', { tracked: tracked('x', { isBot: true }) }), {}], not: [clientOnly, {}] },
  not_trackable: {
    holds: [clientOnly, { notTrackable: () => truth('order:o1', { present: false }) }],
    not: [clientOnly, {}],
  },
  late: { holds: [missing, { farTracked: () => [later] }], not: [missing, { farTracked: () => [sameTime] }] },
  other_day: {
    holds: [clientOnly, { farTruth: () => [truth('order:o1', { day: '2026-09-20' })] }],
    not: [clientOnly, {}],
  },
  not_completed: {
    holds: [clientOnly, { known: () => [{ ref: 'order:o1', status: 'placed' }] }],
    not: [clientOnly, {}],
  },
  rejected_at_collection: {
    holds: [missing, { refused: () => [{ reason: 'too_large', ref: '2026-10-03/segment/k/too_large/0' }] }],
    not: [missing, { refused: () => [{ reason: 'rate_limited' }] }],
  },
  rate_limited: {
    holds: [missing, { refused: () => [{ reason: 'rate_limited', ref: '2026-10-03T10:00:00Z' }] }],
    not: [missing, { refused: () => [{ reason: 'too_large' }] }],
  },
  consent_withheld: {
    holds: [missing, { consent: () => denied('09:00:00') }],
    not: [missing, { consent: () => denied('11:00:00') }],
  },
  source_outage: {
    holds: [missing, { outage: () => ({ from: at('09:00:00'), to: at('11:00:00'), why: 'silence' }) }],
    not: [missing, {}],
  },
  script_blocked: {
    holds: [missing, { pages: () => [page()] }],
    not: [missing, { pages: () => [page({ beacon: true })] }],
  },
  cached_page: {
    holds: [missing, { pages: () => [page({ stored: 'cached' })] }],
    not: [missing, { pages: () => [page(), page({ stored: 'cached' })] }],
  },
  destination_duplicate: {
    holds: [
      item('duplicates', { tracked: second, truth: truth('user:u1') }),
      { eventOf: () => ({ ...second, id: 'first' }) },
    ],
    not: [item('duplicates', { tracked: second, truth: truth('user:u1') }), { eventOf: () => tracked('user:u1') }],
  },
  replayed: {
    holds: [item('client_only', { tracked: later }), { farTruth: () => [truth('user:u1')], eventOf: () => second }],
    not: [item('client_only', { tracked: later }), { farTruth: () => [truth('user:u1')] }],
  },
  test_order: {
    holds: [item('client_only', { tracked: tracked('x', { refs: ['session:cs_test_1'] }) }), {}],
    not: [item('client_only', { tracked: tracked('x', { refs: ['order:cs_test_1'], context: {} }) }), {}],
  },
  staging_host: {
    holds: [item('client_only', { tracked: tracked('x', { context: { host: 'staging.shop.io' } }) }), {}],
    not: [item('client_only', { tracked: tracked('x', { context: { host: 'devotion-shop.io' } }) }), {}],
  },
  client_never_seen: { holds: [missing, { seenAt: () => [] }], not: [missing, {}] },
  lost_event: {
    holds: [missing, { seenAt: () => [at('23:59:59')] }],
    not: [missing, { seenAt: () => [at('00:00:00', '2026-10-04')] }],
  },
  invalid_currency: {
    holds: [item('wrong_currency', { tracked: tracked('x', { valueProblem: 'unknown_currency' }) }), {}],
    not: [item('wrong_currency', { tracked: tracked('x', { currency: 'EUR' }) }), {}],
  },
  invalid_value: {
    holds: [item('wrong_value', { tracked: tracked('x', { valueProblem: 'not_a_number' }) }), {}],
    not: [item('wrong_value', { tracked: tracked('x', { valueMinor: 1n }) }), {}],
  },
};

describe('the registry of causes', () => {
  it('has every file of its folder, and no two of one name', () => {
    const files = readdirSync(path.resolve('src/reconcile/causes')).filter((file) => file !== 'index.ts');
    const names = causes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.map((name) => `${name.replaceAll('_', '-')}.ts`).sort()).toEqual(files.sort());
  });
});

describe.each(causes.map((cause) => [cause.name, cause] as const))(
  '%s keeps the contract of a cause',
  (name, cause) => {
    const { holds, not } = examples[name]!;

    it('says what it means in a sentence and for which parts', () => {
      expect(cause.meaning).toMatch(/^[A-Z].+\.$/);
      expect(cause.parts.length).toBeGreaterThan(0);
      expect(cause.parts).toContain(holds[0].part);
    });

    it('given its proof, then it explains, with a confidence and evidence that can be written as JSON', () => {
      const { proof, confidence } = cause.explain(holds[0], { ...nothing, ...holds[1] }) ?? {};
      expect(['certain', 'likely', 'possible']).toContain(confidence);
      expect(JSON.parse(JSON.stringify(proof))).toEqual(proof);
    });

    it('given no proof, then it does not', () =>
      expect(cause.explain(not[0], { ...nothing, ...not[1] })).toBeUndefined());

    it('says the same each time', () => {
      const ask = () => cause.explain(holds[0], { ...nothing, ...holds[1] });
      expect(ask()).toEqual(ask());
    });
  },
);

describe('pages that a log shows', () => {
  const scriptBlocked = causes.find(({ name }) => name === 'script_blocked')!;
  const person = { keysOf: () => ['user:u1'] };
  const ask = (given: Partial<Evidence>) =>
    scriptBlocked.explain(missing, { ...nothing, pages: () => [page()], ...given });

  it('given a person whom the source never heard of that day, then likely; given a guest, then possible', () => {
    expect(ask(person)?.confidence).toBe('likely');
    expect(ask({ keysOf: () => ['order:o1'] })?.confidence).toBe('possible');
    expect(ask({ ...person, seenAt: () => [at('09:00:00')] })).toBeUndefined();
  });

  it('given that our collector heard the page, then that is told of another tool, and rules it out for the collector alone', () => {
    const heard = { ...person, pages: () => [page({ beacon: true }), page()] };
    expect(ask(heard)).toBeUndefined();
    expect(ask({ ...heard, beaconIsSource: false })).toEqual({
      confidence: 'likely',
      proof: { page_requests: 2, heard_by_collector: 1, log_lines: ['shop.log/r1', 'shop.log/r1'] },
    });
  });

  it('given pages out of a cache beside one that was made, then the script was blocked; given no other, then the page may be old', () => {
    const cachedPage = causes.find(({ name }) => name === 'cached_page')!;
    const mixed = { ...nothing, ...person, pages: () => [page({ stored: 'cached' }), page()] };
    const old = { ...mixed, pages: () => [page({ stored: 'cached' }), page({ stored: 'prerendered' })] };
    const told = (evidence: Evidence) =>
      [scriptBlocked, cachedPage].map((cause) => cause.explain(missing, evidence)?.confidence);
    expect([told(mixed), told(old)]).toEqual([
      ['likely', undefined],
      [undefined, 'possible'],
    ]);
    expect(told({ ...old, seenAt: () => [at('09:00:00')] })).toEqual([undefined, undefined]);
  });
});

describe('explaining', () => {
  const run = (items: Item[], evidence: Partial<Evidence>) => {
    explain(new Map([['', items]]), causes, { ...nothing, ...evidence });
    return figuresOf(items, false);
  };

  it('given several reasons, then one primary cause per id, and the causes sum to what they explain', () => {
    const items = [
      item('missing', { truth: truth('a') }),
      item('missing', { truth: truth('b') }),
      item('client_only', { tracked: tracked('c', { isBot: true }) }),
      item('client_only', { tracked: tracked('d') }),
      item('duplicates', { tracked: tracked('e', { isBot: true }), truth: truth('e') }),
    ];
    const figures = run(items, {
      refused: ({ id }) => (id === 'a' ? [{ reason: 'too_large' }] : []),
      seenAt: () => [],
    });
    expect(figures).toMatchObject({
      causes: { bot: 1, client_never_seen: 1, duplicate: 1, rejected_at_collection: 1 },
      unexplained: 1,
    });
    const explained = Object.values(figures.causes).reduce((sum, count) => sum + count, 0);
    expect(explained + figures.unexplained).toBe(figures.missing + figures.client_only + figures.duplicates);
  });

  it('given nothing that proves anything, then it is unexplained and shown so', () => {
    const figures = run([item('missing', { truth: truth('a') })], {});
    expect(figures).toMatchObject({ causes: {}, unexplained: 1, causes_by_part: { missing: { unexplained: 1 } } });
  });
});

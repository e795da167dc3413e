import { describe, expect, it } from '@jest/globals';
import {
  decideToErase,
  decisionsOn,
  erasing,
  erasureOf,
  ERASURES_STREAM,
  type PersonErased,
} from '../../../../src/ingest/erasure/person-erased.js';
import { decisionEntry } from '../../../../src/ledger/decide-and-append.js';
import { STORED_BYTES_MAX, storedBytes } from '../../../../src/ledger/stored-hash.js';

const SAID = { asked_by: 'email', reason: 'asked for', by: 'Finn' } as const;
const CONTEXT = { now: new Date(0), actor: 'key:1', correlationId: 'c', contentMac: () => Buffer.alloc(32) };
const tags = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${kind}.${String(n).padStart(22, '0')}`);
const uuids = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`);
const recorded = (all: readonly PersonErased['data'][]) =>
  all.reduce<ReturnType<typeof erasing>['initial']>(
    (state, data) => erasing().evolve(state, { type: 'PersonErased', data }),
    undefined,
  );

describe('the decision to erase a person', () => {
  it('given somebody with a few purchases, then it is one, and decided once', () => {
    const found = { tags: ['u.1'], browserTags: ['a.1'], objectTags: ['p.1', 'p.2'], entryIds: uuids(1) };
    const [data, ...more] = decisionsOn(found, SAID);
    expect([data, more]).toEqual([
      { ...SAID, tags: ['u.1'], browser_tags: ['a.1'], object_tags: ['p.1', 'p.2'], entry_ids: uuids(1) },
      [],
    ]);
    const state = recorded([data!]);
    expect([decideToErase(data!)(state), erasureOf(state!, data!)]).toEqual([[], 0]);
    const [later] = decisionsOn({ ...found, objectTags: ['p.1', 'p.2', 'p.3'] }, SAID);
    expect(decideToErase(later!)(state)).toEqual([{ type: 'PersonErased', data: later }]);
  });

  it('given one from before there were tags of purchases, then it is read as it was, and what is known now is decided', () => {
    const before = { ...SAID, tags: ['u.1'], browser_tags: [], entry_ids: [] };
    const [now] = decisionsOn({ tags: ['u.1'], browserTags: [], objectTags: ['p.1'], entryIds: [] }, SAID);
    expect(decideToErase(now!)(recorded([before]))).toHaveLength(1);
    expect(decideToErase(before)(recorded([before]))).toEqual([]);
  });

  it('given somebody with tens of thousands of purchases, then there are several, each within the size of an entry, and none names less', () => {
    const found = {
      tags: tags('u', 20),
      browserTags: tags('a', 5),
      objectTags: tags('p', 40_000),
      entryIds: uuids(9_000),
    };
    const all = decisionsOn(found, SAID);
    expect(all).toHaveLength(4);
    for (const [at, data] of all.entries()) {
      const context = { ...CONTEXT, subjects: data.tags };
      const entry = decisionEntry(ERASURES_STREAM, at, { type: 'PersonErased', data }, context);
      expect(storedBytes(entry)).toBeLessThan(STORED_BYTES_MAX);
    }
    expect(all.flatMap((data) => data.tags)).toEqual(found.tags);
    expect(all.flatMap((data) => data.object_tags ?? [])).toEqual(found.objectTags);
    expect(all.flatMap((data) => data.entry_ids)).toEqual(found.entryIds);
    const [worst] = decisionsOn({ tags: tags('u', 16_000), browserTags: [], objectTags: [], entryIds: [] }, SAID);
    const context = { ...CONTEXT, subjects: worst!.tags };
    expect(storedBytes(decisionEntry(ERASURES_STREAM, 0, { type: 'PersonErased', data: worst }, context))).toBeLessThan(
      STORED_BYTES_MAX,
    );
    const state = recorded(all);
    expect(all.map((data) => [decideToErase(data)(state).length, erasureOf(state!, data)])).toEqual(
      all.map((_, at) => [0, at]),
    );
  });
});

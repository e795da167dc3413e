import { describe, expect, it } from '@jest/globals';
import { complaints, digestOf, FOLD, meaningNow, meaningRecorded, unversioned } from './support/meaning.js';

const CHARGE = 'src/ingest/providers/stripe/interpret/charge.ts';

describe('the version of the read model', () => {
  it('given the code that gives entries their meaning, then no change of it is without a new version', async () => {
    expect(complaints(meaningRecorded(), await meaningNow())).toEqual([]);
  });

  it('given a change of an interpreter or of the fold, then it asks for the version, by name', async () => {
    const now = await meaningNow();
    for (const [part, where] of [
      [CHARGE, `\`version\` in ${CHARGE}`],
      [FOLD, 'FOLD_VERSION in src/projections/create-projections.ts'],
    ] as const) {
      const changed = { ...now, [part]: { ...now[part]!, digest: 'another' } };
      expect(unversioned(now, changed)).toEqual([expect.stringContaining(where)]);
      const raised = { ...changed, [part]: { version: 'raised', digest: 'another' } };
      expect(unversioned(now, raised)).toEqual([]);
      expect(complaints(now, raised)).toEqual([expect.stringContaining('node scripts/record-meaning.mjs')]);
    }
  });

  it('given a part that came or went, then it asks for a new record', async () => {
    const { [CHARGE]: gone, ...left } = await meaningNow();
    expect(complaints(left, { ...left, [CHARGE]: gone! })).toHaveLength(1);
    expect(complaints({ ...left, [CHARGE]: gone! }, left)).toHaveLength(1);
  });

  it('given every registered interpreter and everything that the fold is made of, then each is in a part', async () => {
    const now = await meaningNow();
    const versions = Object.values(now)
      .map(({ version }) => version)
      .join(' ');
    for (const name of ['stripe/charge@', 'stripe/refund@', 'domain/orders@']) expect(versions).toContain(name);
  });

  it('given code that is only laid out anew, commented or typed, then the digest is the same; given another constant, another', () => {
    const digest = (text: string): string => digestOf([{ file: 'a.ts', text }]);
    const one = digest(`import { x } from './x.js';\nexport const f = (a: number) => x([a, 1]);`);
    expect(
      digest(
        `import { x } from './x.js';\n// Why.\nexport const f = (a: bigint): unknown =>\n  x([\n    a,\n    1,\n  ]);\n`,
      ),
    ).toBe(one);
    expect(digest(`import { x } from './x.js';\nexport const f = (a: number) => x([a, 2]);`)).not.toBe(one);
  });
});

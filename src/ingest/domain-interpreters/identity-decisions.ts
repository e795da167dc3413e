import { stampOf } from '../../catalog/facts.js';
import { makeFact } from '../../catalog/make-fact.js';
import type { Interpreter } from '../interpreter.js';
import { isObject } from '../json-members.js';

const RANK = 9; // a person looked at it

/** Which identifiers are one person's, where somebody had to say so: see `decide-identity.ts`. */
export const identityDecisions: Interpreter = {
  name: 'domain/identity-decisions',
  version: 1,
  reads: ['IdentityDecided'],
  own: true,
  interpret: ({ body, occurredAt: at, originEventId }) => {
    const { kind, a, b, number } = isObject(body) ? body : {};
    if (typeof a !== 'string' || typeof b !== 'string' || typeof number !== 'number')
      throw new TypeError('a decision on identity names a, b and its number');
    if (kind !== 'join' && kind !== 'separate') throw new RangeError('a decision on identity joins or separates');
    const stamp = stampOf(RANK, number, originEventId);
    const fields = { at, kind, number };
    return [makeFact({ type: 'IdentityDecided', subject: a, effect: `decided:${b}`, stamp, fields, nodes: [b] })];
  },
};

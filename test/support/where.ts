import { describe } from '@jest/globals';

/** `describe` where the machine has what the suite needs; elsewhere its tests are skipped, and the run names them at its end. */
export const describeWhere = (there: boolean): typeof describe | (typeof describe)['skip'] =>
  there ? describe : describe['skip'];

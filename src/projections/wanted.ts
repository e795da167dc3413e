import type { Node, Ref } from '../catalog/facts.js';

/** Rows that a fold wants. */
export interface Wanted {
  refs?: readonly Ref[];
  nodes?: readonly Node[];
  customers?: readonly Node[];
  parties?: readonly Node[];
  /** Identifiers of whom every part that names them is wanted. */
  named?: readonly Node[];
  /** Persons of whom facts speak, with the earliest time they name. */
  persons?: readonly (readonly [Node, number])[];
  /** The earliest time of a payment that facts tell of: the former first payment of whoever has a later one changes with it. */
  paidFrom?: number;
}

/** A fold met rows that nothing had announced. What it changed so far must be forgotten. */
export class NotLoaded extends Error {
  override readonly name = 'NotLoaded';
  constructor(readonly wanted: Wanted) {
    super('rows are not at hand');
  }
}

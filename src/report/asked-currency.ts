import type { Metric } from '../catalog/subjects.js';
import { Problem } from '../kernel/errors.js';

/** Throws Problem `invalid_request` for a currency asked of what has none. */
export function refuseCurrency({ shape, unit }: Metric, currency: string | undefined): void {
  if (currency === undefined) return;
  if (shape.kind === 'ratio') throw new Problem('invalid_request', 'a ratio of counts has no currency');
  if (unit === 'count') throw new Problem('invalid_request', 'a count has no currency');
}

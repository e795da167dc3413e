import { z } from 'zod';

/** The mark of every answer that is read from the model. */
export const rebuilding = z
  .literal(true)
  .optional()
  .meta({ description: 'Still the numbers of an earlier version, while its read model is rebuilt.' });

import { z } from 'zod';
import { isZone } from './zoned-time.js';

/** Shapes that the settings of several sources share. */

/** An address without its last slash. */
export const address = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be an http:// or https:// address',
  )
  .transform((text) => text.replace(/\/+$/, ''));

export const secret = z.string().min(1, 'must not be empty');

/** A number of a project or a property, as people copy it. */
export const number = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,20}$/, 'must be a number'));

export const timeZone = z.string().refine(isZone, 'must be a time zone name such as Europe/Berlin or UTC');

/** A JSON object whose members may be anything: what a provider sent. */
export type Json = Readonly<Record<string, unknown>>;

const NOTHING: Json = {};

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object that is there, or one without members. */
export const objectIn = (value: unknown): Json => (isObject(value) ? value : NOTHING);

/** The objects of an array; none where there is no array. */
export const objectsIn = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? (value as unknown[]).filter(isObject) : [];

// Names under which Nest hands out what is not a class of ours.
export const SERVICE = Symbol('service');
export const LOG = Symbol('log');
export const CLOCK = Symbol('clock');
export const KEYS = Symbol('keys');
export const ROUTES = Symbol('routes');
export const LIFE = Symbol('life');
export const BACKGROUND = Symbol('background');

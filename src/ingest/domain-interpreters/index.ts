import type { Interpreter } from '../interpreter.js';
import { checkouts } from './checkouts.js';
import { identityDecisions } from './identity-decisions.js';
import { orders } from './orders.js';
import { touches } from './touches.js';
import { users } from './users.js';

/** What the events of our own services mean, and what was decided about them. */
export const domainInterpreters: readonly Interpreter[] = [checkouts, identityDecisions, orders, touches, users];

import type { Interpreter } from '../interpreter.js';
import { checkouts } from './checkouts.js';
import { orders } from './orders.js';
import { touches } from './touches.js';
import { users } from './users.js';

/** What the events of our own services mean. */
export const domainInterpreters: readonly Interpreter[] = [checkouts, orders, touches, users];

import type { Interpreter } from '../../../interpreter.js';
import { idIn } from './stripe-json.js';
import { objectIn } from '../../../json-members.js';

/**
 * The same interpreter for our own account only. What a platform hears of its connected accounts is other people's customers and money: it
 * is in the ledger, under the account it came from, and in no number of ours.
 */
export const ofOwnAccount = (interpreter: Interpreter): Interpreter => ({
  ...interpreter,
  interpret: (entry) => (idIn(objectIn(entry.body)['account']) === undefined ? interpreter.interpret(entry) : []),
});

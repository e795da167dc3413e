import { type Decided, type Folding, refused } from '../ledger/decide-and-append.js';
import type { Condition, Severity } from './condition.js';

// The names and the fields of the data are the stored format.
export type AlertEvent =
  | { type: 'AlertRaised'; data: { id: string; at: string } & Condition }
  | { type: 'AlertAcknowledged'; data: { id: string; at: string; by: string; note: string | null } }
  | { type: 'AlertRecovered'; data: { id: string; at: string } };

export type Transition = 'raised' | 'acknowledged' | 'recovered';

/** The last alert of a key. */
export interface Alert {
  id: string;
  key: string;
  state: Transition;
  severity: Severity;
  title: string;
  detail: Readonly<Record<string, unknown>>;
  /** RFC 3339. */
  raisedAt: string;
  acknowledgedAt: string | null;
  acknowledgedBy: string | null;
  note: string | null;
  recoveredAt: string | null;
}

export type AlertState = Alert | undefined;

export const alertFolding: Folding<AlertState, AlertEvent> = {
  initial: undefined,
  evolve(state, { type, data }) {
    if (type === 'AlertRaised') {
      const { id, key, severity, title, detail, at } = data;
      const open = { acknowledgedAt: null, acknowledgedBy: null, note: null, recoveredAt: null };
      return { id, key, state: 'raised', severity, title, detail, raisedAt: at, ...open };
    }
    if (!state || state.id !== data.id) return state;
    if (type === 'AlertRecovered') return { ...state, state: 'recovered', recoveredAt: data.at };
    return { ...state, state: 'acknowledged', acknowledgedAt: data.at, acknowledgedBy: data.by, note: data.note };
  },
};

const isOpen = (state: AlertState): state is Alert => state !== undefined && state.state !== 'recovered';

/** One alert as long as the trouble lasts, acknowledged or not. `id`: of the alert, if there has to be one. */
export const decideRaise =
  (condition: Condition, id: string, at: string) =>
  (state: AlertState): Decided<AlertEvent> =>
    isOpen(state) ? [] : [{ type: 'AlertRaised', data: { id, at, ...condition } }];

export const decideRecover =
  (at: string) =>
  (state: AlertState): Decided<AlertEvent> =>
    isOpen(state) ? [{ type: 'AlertRecovered', data: { id: state.id, at } }] : [];

/** Somebody has seen it. A second time changes nothing; one that has recovered needs nobody. */
export const decideAcknowledge =
  (id: string, given: { at: string; by: string; note: string | null }) =>
  (state: AlertState): Decided<AlertEvent> => {
    if (state?.id !== id || !isOpen(state)) return refused('recovered');
    return state.state === 'acknowledged' ? [] : [{ type: 'AlertAcknowledged', data: { id, ...given } }];
  };

import { setTimeout as sleep } from 'node:timers/promises';
import type { Position as LogPosition } from '@kurrent/kurrentdb-client';

const LOOK_MS = 3_000;
const UNDER_WAY_MS = 1_000; // what was appended just now may be on its way still

export interface Followed {
  /** Up to where the log was handed over. */
  at(): LogPosition | undefined;
  /** Whether something that was handed over is being worked on. */
  isBusy(): boolean;
  /** Whether the log has an event of ours after a place. */
  anyAfter(at: LogPosition | undefined): Promise<boolean>;
}

/**
 * Resolves with true when the log goes on and a subscription to it does not: a server may keep a call open and say nothing more, which
 * nothing on the connection tells. False when the signal aborts.
 */
export async function whenSilent({ at, isBusy, anyAfter }: Followed, signal: AbortSignal): Promise<boolean> {
  for (let before = at(); await pause(LOOK_MS, signal); before = at()) {
    if (isBusy() || !isSame(at(), before)) continue;
    // A server that does not answer now is noticed by whoever asked it.
    if (!(await anyAfter(before).catch(() => false)) || !(await pause(UNDER_WAY_MS, signal))) continue;
    if (!isBusy() && isSame(at(), before)) return true;
  }
  return false;
}

const isSame = (a: LogPosition | undefined, b: LogPosition | undefined): boolean =>
  a?.commit === b?.commit && a?.prepare === b?.prepare;

/** False when the signal aborts. */
const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal, ref: false }).catch(() => false);

import type { Activity } from './activity.js';
import type { Faults } from './faults.js';
import type { Log } from './log.js';
import type { View } from './view.js';

export interface Endpoint {
  host: string;
  port: number;
}

export interface Limits {
  /** Of one append: data, metadata and twice the type of every event in it. */
  appendBytes: number;
  eventBytes: number;
}

/** What the handlers of one node share. */
export interface NodeContext {
  log: Log;
  view: View;
  faults: Faults;
  activity: Activity;
  limits: Limits;
  /** The node that may write, when it is another one. */
  otherLeader(): Endpoint | undefined;
  /** Cuts the connection that comes from this address and port. */
  cut(peer: string): void;
}

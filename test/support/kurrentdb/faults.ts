// What goes wrong, when and how often: rules that the calls of a node ask before they act. Nothing here waits for time; a test holds a call
// with a promise and hears of a rule's effect with another.
import grpc from '@grpc/grpc-js';

export type Operation = 'features' | 'gossip' | 'append' | 'read' | 'subscribe' | 'delete' | 'tombstone';

/** What a batch append may be answered instead of success. */
export type AppendProblem =
  'timeout' | 'busy' | 'not-ready' | 'no-leader' | 'access-denied' | 'unknown' | 'bad-request';

export interface Failure {
  code: grpc.status;
  details: string;
  trailers?: Readonly<Record<string, string>>;
}

export type Fault =
  /** The call is never answered and stays open. */
  | { kind: 'silence' }
  /** The server ends the call with OK, as if it were done. */
  | { kind: 'end' }
  /** The connection is cut. */
  | { kind: 'reset' }
  | { kind: 'status'; status: Failure }
  | { kind: 'answer'; problem: AppendProblem }
  /** Goes on when the promise resolves. */
  | { kind: 'hold'; until: Promise<unknown> };

export interface Rule {
  at: Operation;
  /** For appends: `before` anything is written (the default), or `after` it was, the answer lost. */
  when?: 'before' | 'after';
  /** For subscriptions and reads: once so many events were sent; 0 is at the start. */
  afterEvents?: number;
  stream?: (name: string) => boolean;
  /** The client has two connections: `js` for appends and subscriptions, `rust` for reads. */
  client?: 'js' | 'rust';
  /** How often; without it, until it is removed. */
  times?: number;
  fault: Fault;
}

export interface Occasion {
  at: Operation;
  when?: 'before' | 'after';
  sentEvents?: number;
  stream?: string;
  userAgent: string;
}

export interface SetRule {
  /** How often it struck. */
  hits(): number;
  /** Resolves when it first strikes. */
  struck: Promise<void>;
  remove(): void;
}

export interface Faults {
  set(rule: Rule): SetRule;
  /** The fault for this occasion, if a rule has one. Counts as a strike. */
  at(occasion: Occasion): Fault | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  const rules = new Set<Rule & { hits: number; strike: () => void }>();
  return {
    set: (rule) => {
      let strike!: () => void;
      const struck = new Promise<void>((resolve) => (strike = resolve));
      const kept = { ...rule, hits: 0, strike };
      rules.add(kept);
      return { hits: () => kept.hits, struck, remove: () => rules.delete(kept) };
    },
    at: (occasion) => {
      for (const rule of rules) {
        if (!matches(rule, occasion)) continue;
        rule.hits += 1;
        if (rule.hits === rule.times) rules.delete(rule);
        rule.strike();
        return rule.fault;
      }
      return undefined;
    },
    clear: () => rules.clear(),
  };
}

const matches = (rule: Rule, { at, when = 'before', sentEvents = 0, stream = '', userAgent }: Occasion): boolean =>
  rule.at === at &&
  (rule.when ?? 'before') === when &&
  (rule.afterEvents ?? 0) === sentEvents &&
  (rule.stream?.(stream) ?? true) &&
  (rule.client === undefined || rule.client === (userAgent.includes('grpc-node-js') ? 'js' : 'rust'));

export const status = (code: grpc.status, details: string, trailers?: Failure['trailers']): Fault => ({
  kind: 'status',
  status: { code, details, trailers },
});

/** What a node says that is not the leader and may not forward; the client goes to the endpoint it names. */
export const notLeader = (leader: { host: string; port: number }): Failure => ({
  code: grpc.status.NOT_FOUND,
  details: 'Leader info available',
  trailers: {
    exception: 'not-leader',
    'leader-endpoint-host': leader.host,
    'leader-endpoint-port': String(leader.port),
  },
});

export const streamDeleted = (stream: string): Failure => ({
  code: grpc.status.FAILED_PRECONDITION,
  details: `Event stream '${stream}' is deleted.`,
  trailers: { exception: 'stream-deleted', 'stream-name': stream },
});

export const wrongExpectedVersion = (stream: string, expected: string, actual: bigint): Failure => ({
  code: grpc.status.FAILED_PRECONDITION,
  details: `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
  trailers: {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': expected,
    ...(actual < 0n ? {} : { 'actual-version': String(actual) }),
  },
});

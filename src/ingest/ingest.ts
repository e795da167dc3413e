import type { ProblemCode } from '../kernel/errors.js';

/** One HTTP request as the doors see it: the bytes as they came, header names in lower case. */
export interface RawRequest {
  body: Buffer;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Path with query, as received. */
  url: string;
  correlationId: string;
  /** The peer's address, used only truncated and hashed. */
  remoteAddress?: string;
}

/** Who an API key speaks for. `origins`: CloudEvents sources it may write, `*` for any (never a provider's name). */
export interface Principal {
  keyId: string;
  account: string;
  name: string;
  scopes: readonly string[];
  origins: readonly string[] | '*';
}

/** What became of one event at a door. */
export interface Outcome {
  /**
   * `recorded` 202, `duplicate` 200, `conflict` 200 to a provider and 409 to `/v1/events`, `rejected` 400 (kept as a dead letter), and
   * 401 for one event among others of a provider that is not genuine (not kept);
   * `enqueued` 202: a job that failed waits in the queue again.
   */
  outcome: 'recorded' | 'duplicate' | 'conflict' | 'rejected' | 'enqueued';
  entryId?: string;
  deadLetterId?: string;
  code?: ProblemCode;
  errors?: readonly string[];
}

/** The answer to a collector request: how many events were kept, known already, or refused, by reason. */
export interface CollectReply {
  accepted: number;
  duplicates: number;
  rejected: Readonly<Record<string, number>>;
}

/** The first stage: the outside world arrives. Every method resolves only when what it acknowledges is durable, and throws Problem otherwise. */
export interface Ingest {
  /** A provider's webhook, one outcome per event in it. Throws Problem `unreadable_body` `bad_signature` `stale_signature` `too_large` `unavailable`, `not_found` for a provider that is not configured. */
  webhook(provider: string, request: RawRequest): Promise<Outcome[]>;
  /** One CloudEvents event or a batch (array). Throws Problem for the whole body; single events are answered one by one. */
  events(request: RawRequest, principal: Principal): Promise<{ batch: boolean; outcomes: Outcome[] }>;
  /** Client-side events in Segment's or PostHog's protocol. Throws Problem `unreadable_body` `unauthenticated` `rate_limited` `too_large` `unavailable`. */
  collect(protocol: 'segment' | 'posthog', request: RawRequest): Promise<CollectReply>;
  deadLetters: DeadLetters;
}

export interface DeadLetter {
  id: string;
  /** `invalid_event`, `conflict`, `truncated`, `not_interpretable`, `projection_failed`, `job_failed`. */
  reason: string;
  door: string;
  origin: string;
  account: string;
  originEventId: string | null;
  type: string | null;
  errors: readonly string[];
  entryId: string | null;
  receivedAt: Date;
  resolvedAt: Date | null;
  /** What settled it, a sentence. */
  resolution: string | null;
  /** When a person decided that nothing has to follow from it. */
  dismissedAt: Date | null;
  /** Whether it stands in the way of a close: those of providers and `events:write` keys do until they are settled. */
  blocks: boolean;
  /** How often it was run again. */
  replays: number;
  /** How often in a row that could not be done by itself, and when not the last time. */
  failures: number;
  failedAt: Date | null;
}

/** A letter with what was received, as far as it was kept. */
export interface DeadLetterWhole extends DeadLetter {
  /** The received text with its personal values sealed; null where the ledger entry alone has it. */
  body: string | null;
  contentType: string | null;
  /** The settings of a job that failed. */
  job: Readonly<Record<string, string>> | null;
  /** How often the same thing came. */
  deliveries: number;
  lastReceivedAt: Date;
}

/** Why nothing has to follow from a letter, and who says so. */
export interface Dismissal {
  reason: string;
  actor: string;
  correlationId: string;
}

export interface DeadLetters {
  list(filter: {
    reason?: string;
    resolved?: boolean;
    cursor?: string;
    limit: number;
  }): Promise<{ data: DeadLetter[]; nextCursor: string | null }>;
  find(id: string): Promise<DeadLetter | undefined>;
  /** Throws Problem `not_found`. */
  read(id: string): Promise<DeadLetterWhole>;
  /**
   * Runs what was parked through its door again, or puts a failed job into the queue again. Resolves with what became of it; a success
   * marks it resolved. Throws Problem `not_found`, `needs_rebuild` for an entry that a projection parked, `invalid_request`.
   */
  replay(id: string, actor: string): Promise<Outcome>;
  /** Records in the ledger that nothing has to follow from it. Idempotent; one that is settled stays as it is. Throws Problem `not_found`. */
  dismiss(id: string, dismissal: Dismissal): Promise<DeadLetter>;
  counts(): Promise<{ reason: string; unresolved: number }[]>;
}

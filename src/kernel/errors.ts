/**
 * Every error the service answers with, in one table: stable `code`, HTTP status, one sentence, and what the caller can do.
 * `docs/reference/errors.md` is generated from it and a test keeps both in step.
 */
export const problems = {
  unreadable_body: [
    400,
    'The body could not be read.',
    'Send valid UTF-8 JSON without a byte order mark, within the depth limit.',
  ],
  invalid_request: [400, 'The request is not valid.', 'See `detail` and `errors` for what to change.'],
  invalid_event: [400, 'The event does not match its schema.', 'See `errors`; the event was kept as a dead letter.'],
  unauthenticated: [401, 'No valid credentials were given.', 'Send a valid API key as `Authorization: Bearer <key>`.'],
  bad_signature: [
    401,
    'The signature does not match the body.',
    'Check the signing secret and that the raw body is sent unchanged.',
  ],
  stale_signature: [
    401,
    'The signature time is outside the accepted window.',
    'Check the clock of the sender; a signature is good for 300 seconds.',
  ],
  forbidden: [403, 'The key may not do this.', 'Use a key with the scope or origin named in `detail`.'],
  not_found: [404, 'There is nothing at this address.', 'Check the path and the id.'],
  method_not_allowed: [405, 'The address does not take this method.', 'See /docs for the methods it takes.'],
  request_timeout: [408, 'The request took too long to arrive.', 'Send the whole request within 10 seconds.'],
  conflict: [
    409,
    'The same id is known with other content.',
    'Use a new id; both copies are kept and listed at /v1/dead-letters.',
  ],
  restated: [
    409,
    'It is recorded otherwise, and is never restated.',
    'See `detail` for what is recorded; a correction is a rate of another source.',
  ],
  needs_rebuild: [
    409,
    'Only a rebuild of the read model settles this.',
    'Run `truth-ledger rebuild`; deliveries are taken meanwhile.',
  ],
  close_blocked: [
    409,
    'The period cannot be closed yet.',
    'See `errors`: settle each, or give `force` with a reason where it may be forced.',
  ],
  wrong_state: [409, 'The present state does not allow this.', 'See `detail` for what has to come first.'],
  second_person: [409, 'Another person has to do this.', 'Use the key of somebody who did not do the step before.'],
  wrong_expected_revision: [409, 'Somebody else changed this first.', 'Read it again and decide again.'],
  too_large: [
    413,
    'The request is larger than accepted.',
    'A request may have 1 MiB, a report of a provider 32 MiB, a stored entry 0.9 MiB.',
  ],
  unsupported_media_type: [
    415,
    'The content type is not accepted here.',
    'See /docs for the content types of this address.',
  ],
  headers_too_large: [431, 'The headers are larger than accepted.', 'Headers may have 16 KiB in all.'],
  rate_limited: [429, 'Too many requests.', 'Wait for the seconds in `Retry-After`, then send again.'],
  internal: [500, 'Something went wrong here.', 'Report the `correlation_id` to the operator.'],
  too_slow: [503, 'The answer takes too long to make.', 'Ask for fewer days or fewer groups; the query was cancelled.'],
  unavailable: [503, 'It could not be made durable just now.', 'Send it again after the seconds in `Retry-After`.'],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>;

export type ProblemCode = keyof typeof problems;

/** An expected refusal, answered as `application/problem+json`. `errors` lists the single reasons, `retryAfterS` becomes `Retry-After`. */
export class Problem extends Error {
  readonly status: number;
  constructor(
    readonly code: ProblemCode,
    readonly detail: string = problems[code][1],
    readonly extra: { errors?: readonly string[]; retryAfterS?: number } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = problems[code][0];
  }
}

/** A mistake of the operator (setting, folder, version): printed as one sentence, without a stack. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

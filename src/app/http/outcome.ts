import type { FastifyRequest } from 'fastify';
import type { Outcome, RawRequest } from '../../ingest/ingest.js';
import { statusOf } from '../../ingest/outcome.js';

/** A request as the doors of `ingest` see it. */
export const rawRequest = (request: FastifyRequest): RawRequest => ({
  body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  headers: request.headers,
  url: request.raw.url ?? request.url,
  correlationId: request.id,
  remoteAddress: request.ip,
});

/** One event's outcome as it goes out: the word, the HTTP status it has by itself, the stable code of a refusal. What is undefined stays out. */
export const outcomeBody = (outcome: Outcome, door: 'provider' | 'events') => ({
  outcome: outcome.outcome,
  status: statusOf(outcome, door),
  code: outcome.code ?? defaultCode[outcome.outcome],
  errors: outcome.errors,
  entry_id: outcome.entryId,
  dead_letter_id: outcome.deadLetterId,
});

const defaultCode = {
  recorded: undefined,
  enqueued: undefined,
  duplicate: undefined,
  conflict: 'conflict',
  rejected: 'invalid_event',
} as const;

/** What a provider is told: 202 when something is new, else 200, because it must not be made to retry what we hold. */
export function webhookReply(outcomes: readonly Outcome[]): { status: number; body: unknown } {
  const status = outcomes.some(({ outcome }) => outcome === 'recorded') ? 202 : 200;
  const [only] = outcomes;
  if (only && outcomes.length === 1) return { status, body: { outcome: only.outcome, status, entry_id: only.entryId } };
  return { status, body: { results: outcomes.map((outcome) => outcomeBody(outcome, 'provider')) } };
}

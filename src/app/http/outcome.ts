import type { FastifyRequest } from 'fastify';
import type { Outcome, RawRequest } from '../../ingest/ingest.js';

/** A request as the doors of `ingest` see it. */
export const rawRequest = (request: FastifyRequest): RawRequest => ({
  body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  headers: request.headers,
  url: request.raw.url ?? request.url,
  correlationId: request.id,
  remoteAddress: request.ip,
});

/** One event's outcome as it goes out; what is undefined stays out of the JSON. */
export const outcomeBody = (outcome: Outcome) => ({
  status: outcome.outcome,
  code: outcome.code ?? defaultCode[outcome.outcome],
  errors: outcome.errors,
  entry_id: outcome.entryId,
  dead_letter_id: outcome.deadLetterId,
});

const defaultCode = {
  recorded: undefined,
  duplicate: undefined,
  conflict: 'conflict',
  rejected: 'invalid_event',
} as const;

/** What a provider is told: 202 when something is new, else 200, because it must not be made to retry what we hold. */
export function webhookReply(outcomes: readonly Outcome[]): { status: number; body: unknown } {
  const status = outcomes.some(({ outcome }) => outcome === 'recorded') ? 202 : 200;
  const [only] = outcomes;
  if (only && outcomes.length === 1) return { status, body: { status: only.outcome, entry_id: only.entryId } };
  return { status, body: { results: outcomes.map(outcomeBody) } };
}

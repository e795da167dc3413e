import { HttpException } from '@nestjs/common';
import { Problem, problems, type ProblemCode } from '../../kernel/errors.js';
import { isAway } from '../../storage/is-away.js';

const RETRY_AFTER_S: Partial<Record<ProblemCode, number>> = { rate_limited: 1, too_slow: 60, unavailable: 5 };

const byStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'unavailable',
};

/** `application/problem+json` (RFC 9457) as it is sent. `code` never changes its meaning. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  errors?: readonly string[];
  correlation_id: string;
}

/** Any error as a Problem; undefined for one that nobody expected. Words of a library go out only with a 4xx that it raised on purpose. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof HttpException) {
    const code = byStatus[error.getStatus()];
    return code === undefined ? undefined : new Problem(code, problems[code][1]);
  }
  if (isAway(error)) return new Problem('unavailable');
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status !== 'number' || status >= 500) return undefined;
  return new Problem(byStatus[status] ?? 'invalid_request');
}

/** The body and the headers of an answer to a problem. */
export function problemReply(
  problem: Problem,
  correlationId: string,
): { headers: Record<string, string>; body: ProblemBody } {
  const [status, title] = problems[problem.code];
  const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' };
  const retryAfterS = problem.extra.retryAfterS ?? RETRY_AFTER_S[problem.code];
  if (retryAfterS !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterS)));
  if (problem.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  // The rest of such a request is not worth reading: without this, Node would read it all to keep the connection.
  if (status === 413 || status === 408 || status === 431) headers['connection'] = 'close';
  const { errors } = problem.extra;
  return {
    headers,
    body: {
      type: `/problems/${problem.code}`,
      title,
      status,
      code: problem.code,
      detail: problem.detail,
      ...(errors && errors.length > 0 ? { errors } : {}),
      correlation_id: correlationId,
    },
  };
}

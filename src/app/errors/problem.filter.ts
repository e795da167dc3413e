import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Problem } from '../../kernel/errors.js';
import { LOG, ROUTES } from '../tokens.js';
import type { RouteTable } from '../routes.js';
import { problemReply, toProblem } from './to-problem.js';

/** Sends any error as a problem. One that nobody expected is logged with its stack and answered `internal`, with nothing of it. */
export function sendProblem(reply: FastifyReply, error: unknown, log: Logger): Problem {
  let problem = toProblem(error);
  if (problem === undefined) {
    log.error({ err: error, correlation_id: reply.request.id }, 'a request failed unexpectedly');
    problem = new Problem('internal');
  }
  const { headers, body } = problemReply(problem, reply.request.id);
  // Strings go to the wire as they are, so that an error in a serializer cannot hide this one.
  if (!reply.sent) void reply.code(problem.status).headers(headers).send(JSON.stringify(body));
  return problem;
}

/** The only place where an exception becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOG) private readonly log: Logger,
    @Inject(ROUTES) private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const missing = error instanceof HttpException && error.getStatus() === 404;
    const allowed = missing ? this.routes.methodsAt(request.url) : [];
    if (allowed.length === 0 || allowed.includes(request.method)) {
      sendProblem(reply, error, this.log);
      return;
    }
    void reply.header('allow', allowed.join(', '));
    sendProblem(reply, new Problem('method_not_allowed', `This address takes ${allowed.join(', ')}.`), this.log);
  }
}

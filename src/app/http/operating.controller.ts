import { Controller, Get, Header, Headers, Inject, Param, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Problem, problems, type ProblemCode } from '../../kernel/errors.js';
import type { Clock } from '../../kernel/clock.js';
import type { Service } from '../../service-types.js';
import type { ApiKeys } from '../auth/api-keys.js';
import { Open } from '../auth/scopes.guard.js';
import type { Background } from '../background.js';
import { readiness, type Life } from '../health.js';
import { Telemetry, TooLate, withTimeout } from '../telemetry.js';
import { BACKGROUND, CLOCK, KEYS, LIFE, SERVICE } from '../tokens.js';
import { Describe } from './describe.js';
import { found } from './found.js';
import { CodeParam } from './queries.js';
import { ReadyReply } from './replies.js';

/** Less than what Prometheus waits for a page, and than what the page's parts may take. */
const KEY_WITHIN_MS = 1_500;

@ApiTags('operating')
@Open()
@Controller()
export class OperatingController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    @Inject(LIFE) private readonly life: Life,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BACKGROUND) private readonly background: Background | undefined,
    @Inject(KEYS) private readonly keys: ApiKeys,
    private readonly telemetry: Telemetry,
  ) {}

  @Get('health/live')
  @Describe('The process runs.', { 200: z.object({ status: z.literal('live') }) })
  live() {
    return { status: 'live' };
  }

  @Get('health/ready')
  @Describe('Whether traffic can be taken, part by part. 503 without ledger or read model, or while stopping.', {
    200: ReadyReply,
    503: ReadyReply,
  })
  async ready(@Res() reply: FastifyReply): Promise<FastifyReply> {
    const { status, body } = await readiness(this.service, this.life, this.clock(), this.background);
    return reply.code(status).send(body);
  }

  @Get('metrics')
  @ApiProduces('text/plain')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Describe(
    'Figures of this process in the format of Prometheus. Those that tell of the business, gaps and drifts, only for a key with the scope read.',
    { 200: z.string() },
    'unauthenticated',
    'forbidden',
  )
  async metrics(@Headers('authorization') authorization: string | undefined): Promise<string> {
    // Another scheme is that of a proxy before us, which has let its caller in.
    const isKey = /^Bearer\b/i.test(authorization ?? '');
    return this.telemetry.scrape({ business: isKey && (await this.mayRead(authorization!)) });
  }

  /** Throws for a key that is wrong. One that cannot be checked just now is none: nobody would see what the process does while its database is away. */
  private async mayRead(authorization: string): Promise<boolean> {
    const checked = withTimeout(this.keys.authenticate(authorization), KEY_WITHIN_MS);
    const caller = await checked.catch((error: unknown) => {
      if (error instanceof TooLate || (error instanceof Problem && error.code === 'unavailable')) return undefined;
      throw error;
    });
    if (caller?.scopes.includes('read') === false)
      throw new Problem('forbidden', 'This needs a key with the scope read, or none.');
    return caller !== undefined;
  }

  @Get('problems/:code')
  @Describe(
    'What a problem `code` means and what to do.',
    { 200: z.object({ code: z.string(), status: z.int(), title: z.string(), remedy: z.string() }) },
    'not_found',
  )
  problem(@Param('code', { schema: CodeParam }) code: string) {
    const known = Object.hasOwn(problems, code) ? problems[code as ProblemCode] : undefined;
    const [status, title, remedy] = found<readonly [number, string, string]>(
      known,
      'There is no problem with this code.',
    );
    return { code, status, title, remedy };
  }
}

import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { QueuedJob } from '../../jobs/queue.js';
import type { Service } from '../../service-types.js';
import { Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import { CancelJob } from '../commands/cancel-job.js';
import { Operator } from '../commands/operator.js';
import { askerOf } from '../server.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { firstOf } from './first-of.js';
import { found } from './found.js';
import { JobParam, JobsQuery } from './watch-queries.js';
import { CancelReply, JobPage } from './watch-replies.js';

@ApiTags('jobs')
@Controller('v1/jobs')
export class JobsController {
  constructor(
    @Inject(SERVICE) private readonly service: Service,
    private readonly operator: Operator,
  ) {}

  @Get()
  @Scopes('read')
  @Describe(
    'Jobs that run, wait or failed, with their progress, those that run first. What is done is gone from here.',
    { 200: JobPage },
    ...guarded,
    'invalid_request',
  )
  async list(@Query({ schema: JobsQuery }) { limit }: z.infer<typeof JobsQuery>) {
    return firstOf(limit, (await this.service.jobs.list(limit + 1)).map(jobBody));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Scopes('admin')
  @Describe(
    'Take a job out of the queue, or tell the one that runs to stop at its next step. What was recorded stays.',
    { 200: CancelReply },
    ...guarded,
    'invalid_request',
    'not_found',
    'wrong_state',
  )
  async cancel(@Param('id', { schema: JobParam }) id: string, @Req() request: AuthenticatedRequest) {
    return found(await this.operator.run(new CancelJob(id, askerOf(request))), 'There is no such job in the queue.');
  }
}

const jobBody = ({ enqueuedAt, dueAt, ...job }: QueuedJob) => ({ ...job, enqueued_at: enqueuedAt, due_at: dueAt });

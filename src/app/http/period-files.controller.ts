import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { PeriodFile } from '../../close/period-files.js';
import type { Service } from '../../service-types.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import { JournalPage } from './period-replies.js';
import { JournalQuery, PackQuery, PeriodParam } from './period-queries.js';

const NO_PERIOD = 'There is no such period, or it was never closed in this version.';

@ApiTags('close')
@Scopes('read')
@Controller('v1/periods')
export class PeriodFilesController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get(':period/journal')
  @Describe(
    'The lines of the journal: as the close stored them, or as they are known while the period is open. Lines with `adjusts` correct a closed one. With `format` the whole journal as a file for another program.',
    { 200: JournalPage },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async journal(
    @Param('period', { schema: PeriodParam }) period: string,
    @Query({ schema: JournalQuery }) query: z.infer<typeof JournalQuery>,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { format, currency, tax_rate: taxRate, subsidiary, version, limit, cursor } = query;
    if (format === 'json') {
      const page = await this.service.close.journal(period, {
        ...(version === undefined ? {} : { version }),
        limit,
        cursor,
      });
      return reply.send(found(page, NO_PERIOD));
    }
    const asked = { format, currency, taxRate, subsidiary, version };
    return download(reply, await this.service.files.journal(period, asked));
  }

  @Get(':period/pack')
  @ApiProduces('application/zip')
  @Describe(
    'What an auditor takes away: numbers, journal, ledger entries, proofs, and a verifier that needs no server. A zip.',
    { 200: z.string().meta({ format: 'binary' }) },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async pack(
    @Param('period', { schema: PeriodParam }) period: string,
    @Query({ schema: PackQuery }) query: z.infer<typeof PackQuery>,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    return download(reply, await this.service.files.pack(period, query));
  }
}

/** Streams a file. What goes wrong behind its first chunk can only end the connection, so that no half of a file looks whole. */
function download(reply: FastifyReply, file: PeriodFile | undefined): FastifyReply {
  const { name, contentType, chunks } = found(file, NO_PERIOD);
  return reply
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(chunks));
}

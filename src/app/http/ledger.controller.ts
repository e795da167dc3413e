import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import { EntriesQuery, EntryParam, UnknownTypesQuery, UuidParam } from './queries.js';
import { EntryPage, EntryReply, ProofReply, UnknownTypePage } from './replies.js';

@ApiTags('ledger')
@Scopes('read')
@Controller('v1/ledger')
export class LedgerController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get('entries')
  @Describe('Entries in the order of the ledger.', { 200: EntryPage }, ...guarded, 'invalid_request')
  entries(@Query({ schema: EntriesQuery }) query: z.infer<typeof EntriesQuery>) {
    return this.service.report.entries(query);
  }

  @Get('entries/:id')
  @Describe(
    'One entry as it is stored, personal fields sealed.',
    { 200: EntryReply },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async entry(@Param('id', { schema: EntryParam }) id: string) {
    return found(await this.service.report.entry(id), 'There is no entry with this id.');
  }

  @Get('entries/:id/proof')
  @Describe(
    'The proof that an entry is under the last seal.',
    { 200: ProofReply },
    ...guarded,
    'invalid_request',
    'not_found',
  )
  async proof(@Param('id', { schema: UuidParam }) id: string) {
    return found(await this.service.seal.proof(id), 'There is no sealed entry with this id.');
  }

  @Get('unknown-types')
  @Describe(
    'Types of entries that no interpreter reads: they are kept, and in no number.',
    { 200: UnknownTypePage },
    ...guarded,
    'invalid_request',
  )
  unknownTypes(@Query({ schema: UnknownTypesQuery }) query: z.infer<typeof UnknownTypesQuery>) {
    return this.service.report.unknownTypes(query);
  }
}

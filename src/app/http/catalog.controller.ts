import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Service } from '../../service-types.js';
import { scopes } from '../auth/key-store.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { CatalogReply } from './replies.js';

@ApiTags('catalog')
// It tells nothing of what happened, only how to say it and how to read it: the units of amounts, the zone of days.
@Scopes(...scopes)
@Controller('v1/catalog')
export class CatalogController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get()
  @Describe(
    'What may be said: domain events as JSON Schema, fact types, currencies; and the time zone that days are in. For every key.',
    { 200: CatalogReply },
    ...guarded,
  )
  catalog(): unknown {
    return this.service.report.catalog();
  }
}

import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Service } from '../../service-types.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import { IdParam } from './queries.js';
import { CustomerReply } from './replies.js';

@ApiTags('numbers')
@Scopes('read')
@Controller('v1/customers')
export class CustomersController {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  @Get(':id')
  @Describe(
    'A customer by any of its identifiers, such as user:u1 or stripe:cus_1.',
    { 200: CustomerReply },
    ...guarded,
    'not_found',
  )
  async customer(@Param('id', { schema: IdParam }) id: string) {
    return found(await this.service.report.customer(id), 'No customer has this identifier.');
  }
}

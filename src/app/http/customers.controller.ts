import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Service } from '../../service-types.js';
import { Scopes } from '../auth/scopes.guard.js';
import { SERVICE } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { found } from './found.js';
import { CustomerFindRequest, IdParam } from './queries.js';
import { CustomerFoundReply, CustomerReply } from './replies.js';

const NOBODY = 'No customer has this identifier.';

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
    return found(await this.service.report.customer(id), NOBODY);
  }

  // In a body: an address would carry what a person typed, an e-mail address for instance, into histories and the logs of proxies.
  @Post('find')
  @HttpCode(200)
  @Describe(
    'The id of the customer whom something names: any identifier, or an e-mail address, which is hashed and kept nowhere.',
    { 200: CustomerFoundReply },
    ...guarded,
    'invalid_request',
    'unreadable_body',
    'not_found',
  )
  async find(@Body({ schema: CustomerFindRequest }) { of }: z.infer<typeof CustomerFindRequest>) {
    return { id: found(await this.service.report.customerId(of), NOBODY) };
  }
}

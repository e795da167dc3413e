import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ApiKeys } from '../auth/api-keys.js';
import { Scopes } from '../auth/scopes.guard.js';
import { KEYS } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { NoQuery } from './queries.js';
import { ActorList } from './replies.js';

@ApiTags('session')
@Controller('v1/actors')
export class ActorsController {
  constructor(@Inject(KEYS) private readonly keys: ApiKeys) {}

  @Get()
  @Scopes('read')
  @Describe(
    'Whose key it is that entries and answers name as `actor` or `by`. Also of keys that were revoked: what they did stays.',
    { 200: ActorList },
    ...guarded,
    'invalid_request',
  )
  async list(@Query({ schema: NoQuery }) _query: object) {
    const keys = await this.keys.list();
    const made = keys.map(({ id, name, revokedAt }) => ({ actor: `key:${id}`, name, revoked: revokedAt !== null }));
    return { data: [{ actor: 'key:admin', name: 'admin', revoked: false }, ...made], next_cursor: null };
  }
}

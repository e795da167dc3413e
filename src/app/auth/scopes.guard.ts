import {
  createParamDecorator,
  Inject,
  Injectable,
  SetMetadata,
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../ingest/ingest.js';
import { Problem } from '../../kernel/errors.js';
import { KEYS } from '../tokens.js';
import type { ApiKeys } from './api-keys.js';
import type { Scope } from './key-store.js';
import { Sessions } from './sessions.js';

const NEEDED = 'truth-ledger:scope';

export interface AuthenticatedRequest extends FastifyRequest {
  principal?: Principal;
}

/** The route needs a key with one of the scopes. */
export const Scopes = (...needed: Scope[]) =>
  applyDecorators(SetMetadata(NEEDED, needed), ApiSecurity('bearer', needed));

/** The route is for everybody. One without `@Scopes` or `@Open` is for nobody. */
export const Open = () => SetMetadata(NEEDED, []);

/** Who asks, in a route with `@Scopes`. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AuthenticatedRequest>().principal,
);

/** Whom a request speaks for. Throws Problem `unauthenticated`, or `forbidden` for another site's page. A key that is named is meant, also where a cookie comes along. */
export async function principalOf(request: FastifyRequest, keys: ApiKeys, sessions: Sessions): Promise<Principal> {
  const { authorization } = request.headers;
  const signedIn = authorization === undefined ? await sessions.principalOf(request) : undefined;
  return signedIn ?? keys.authenticate(authorization);
}

@Injectable()
export class ScopesGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(KEYS) private readonly keys: ApiKeys,
    private readonly sessions: Sessions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride<Scope[] | undefined>(NEEDED, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (needed?.length === 0) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    request.principal = await principalOf(request, this.keys, this.sessions);
    if (!needed) throw new Problem('forbidden', 'Nobody may use this address.');
    if (needed.some((scope) => request.principal!.scopes.includes(scope))) return true;
    throw new Problem('forbidden', `This needs a key with the scope ${needed.join(' or ')}.`);
  }
}

import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.js';
import { Caller, Open, Scopes, type AuthenticatedRequest } from '../auth/scopes.guard.js';
import type { Principal } from '../../ingest/ingest.js';
import { scopes } from '../auth/key-store.js';
import { sessionCookie, Sessions, type Session } from '../auth/sessions.js';
import { CLOCK } from '../tokens.js';
import { Describe, guarded } from './describe.js';
import { SignInCode, SignInRequest } from './queries.js';
import { SessionReply, SignInLinkReply } from './replies.js';

const who = ({ keyId, name, scopes: may }: Principal) => ({ name, scopes: may, actor: `key:${keyId}` });

@ApiTags('session')
@Controller()
export class SessionController {
  constructor(
    private readonly sessions: Sessions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('v1/session')
  @Open()
  @HttpCode(201)
  @Describe('Sign in: an API key for a session cookie.', { 201: SessionReply }, 'unauthenticated', 'unreadable_body')
  async signIn(
    @Body({ schema: SignInRequest }) { key }: z.infer<typeof SignInRequest>,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const session = await this.sessions.open(key);
    this.give(reply, request, session);
    return { ...who(session.principal), expires_at: session.expiresAt };
  }

  @Get('v1/session')
  @Scopes(...scopes)
  @Describe('Who asks, and what they may do.', { 200: SessionReply }, ...guarded)
  session(@Caller() principal: Principal) {
    return who(principal);
  }

  @Delete('v1/session')
  @Open()
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Signed out.' })
  @Describe('Sign out.', {})
  async signOut(@Req() request: AuthenticatedRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.end(request);
    this.give(reply, request, undefined);
  }

  @Post('v1/session/links')
  @Scopes(...scopes)
  @HttpCode(201)
  @Describe('A link that signs in once, within a day, as the key that asks.', { 201: SignInLinkReply }, ...guarded)
  async link(@Caller() principal: Principal) {
    const { code, expiresAt } = await this.sessions.code(principal.keyId);
    return { path: `/sign-in?code=${code}`, expires_at: expiresAt };
  }

  @Get('sign-in')
  @Open()
  @ApiExcludeEndpoint()
  async follow(
    @Query({ schema: SignInCode }) { code }: z.infer<typeof SignInCode>,
    @Req() request: AuthenticatedRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const session = await this.sessions.openByCode(code).catch(() => undefined);
    if (session) this.give(reply, request, session);
    return reply
      .code(303)
      .header('location', session ? '/' : '/?link=used')
      .send();
  }

  private give(reply: FastifyReply, request: AuthenticatedRequest, session: Session | undefined): void {
    reply.header('set-cookie', sessionCookie(session, request, this.clock()));
    reply.header('cache-control', 'no-store');
  }
}

import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { problems, type ProblemCode } from '../../kernel/errors.js';
import { ProblemReply } from './replies.js';

/** What the OpenAPI document says of a route: its sentence, its good answers by status, the problems it may answer. */
export function Describe(summary: string, answers: Readonly<Record<number, z.ZodType>>, ...codes: ProblemCode[]) {
  const good = Object.entries(answers).map(([status, schema]) =>
    ApiResponse({ status: Number(status), description: STATUS_CODES[status] ?? '', standardSchema: schema }),
  );
  return applyDecorators(
    ApiOperation({ summary }),
    ...good,
    ...byStatus(codes).map(([status, titles]) => problemResponse(status, titles)),
  );
}

const problemResponse = (status: number, titles: readonly string[]) =>
  ApiResponse({ status, description: titles.join(' '), standardSchema: ProblemReply });

/** Titles of the codes by their status: OpenAPI knows one response per status. */
export function byStatus(codes: readonly ProblemCode[]): [status: number, titles: string[]][] {
  const titles = new Map<number, string[]>();
  for (const code of codes) {
    const [status, title] = problems[code];
    titles.set(status, [...(titles.get(status) ?? []), `\`${code}\`: ${title}`]);
  }
  return [...titles];
}

/** What every route with a key may answer. */
export const guarded = ['unauthenticated', 'forbidden', 'unavailable'] as const satisfies readonly ProblemCode[];

/** And every one whose answer is computed from all that is stored. */
export const computed = [...guarded, 'too_slow'] as const satisfies readonly ProblemCode[];

import type { Json, RunningService } from './running-service.js';

/** Erases somebody. The answer; on a busy machine what it comes to, where it is asked to come again or told that it goes on. */
export async function erase(
  shop: RunningService,
  person: Json,
  reason = 'asked for it by mail',
): Promise<{ status: number; body: any }> {
  const { status, body } = await shop.send('POST', '/v1/erasures', { ...person, reason });
  if (status === 503) return erase(shop, person, reason);
  if (status !== 202) return { status, body };
  let shown = body;
  while (shown.state !== 'done') shown = await shop.get(`/v1/erasures/${body.id}`);
  return { status: 200, body: { ...shown, recorded: body.recorded } };
}

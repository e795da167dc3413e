import { createHmac } from 'node:crypto';
import type { Channel, Message } from '../channel.js';
import { postJson } from '../post-json.js';

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 of `<seconds>.<body>` under the shared secret, so that neither body nor time can be changed. */
export function signatureOf(body: string, sentAt: number, secret: string): string {
  return `t=${sentAt},v1=${createHmac('sha256', secret).update(`${sentAt}.${body}`).digest('hex')}`;
}

export const webhook: Channel = {
  name: 'webhook',
  meaning: 'A signed POST of JSON to an address of yours.',
  open({ webhookUrl, webhookSecret }) {
    if (webhookUrl === undefined) return undefined;
    return (message) => {
      const body = JSON.stringify(bodyOf(message));
      const headers = new Map([['idempotency-key', message.id]]);
      if (webhookSecret !== undefined)
        headers.set('truth-ledger-signature', signatureOf(body, message.sentAt, webhookSecret));
      return postJson(webhookUrl, body, Object.fromEntries(headers));
    };
  },
};

const bodyOf = ({ id, transition, title, text, alert }: Message) => ({
  id,
  transition,
  title,
  text,
  alert: alert && {
    id: alert.id,
    key: alert.key,
    state: alert.state,
    severity: alert.severity,
    title: alert.title,
    detail: alert.detail,
    raised_at: alert.raisedAt,
    acknowledged_at: alert.acknowledgedAt,
    acknowledged_by: alert.acknowledgedBy,
    note: alert.note,
    recovered_at: alert.recoveredAt,
  },
});

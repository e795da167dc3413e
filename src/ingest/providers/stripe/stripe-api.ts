import type Stripe from 'stripe';
import type { ProviderApi } from '../../event-list.js';
import type { Asked } from '../patiently.js';

export const STRIPE: Asked = { name: 'Stripe', setting: 'STRIPE_API_KEY' };

const TIMEOUT_MS = 30_000;

/** Stripe's own client for an address that may be another one than Stripe's. It is loaded when somebody asks: few processes need it. */
export async function stripeApi({ apiKey, apiBase }: ProviderApi): Promise<Stripe> {
  const { default: StripeClient } = await import('stripe');
  const { protocol, hostname, port } = new URL(apiBase);
  return new StripeClient(apiKey, {
    host: hostname,
    protocol: protocol === 'http:' ? 'http' : 'https',
    ...(port === '' ? {} : { port: Number(port) }),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 0, // `patiently` waits as long as it is told to
    telemetry: false,
  });
}

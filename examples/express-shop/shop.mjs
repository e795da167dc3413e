import express from 'express';

/** The shop's answer to a consent banner: its own cookie, which the landing middleware asks for. */
export const consentOf = ({ header }) =>
  /(?:^|;\s*)analytics=(granted|denied)/.exec(header('cookie') ?? '')?.[1] ?? 'unknown';

/**
 * A shop in one file: a page, a consent banner, a sign-up and a checkout. `landing` records where visitors come from, `tell` sends the
 * shop's own events. Nothing here waits for the ledger but the orders, which must not be lost.
 */
export function createShop({ landing, tell }) {
  const shop = express();
  shop.use(express.json());
  shop.use(landing.middleware);

  shop.get('/', (_request, response) => response.type('html').send(PAGE));

  shop.post('/consent', (request, response) => {
    const { analytics, page } = request.body;
    const said = analytics === 'granted' ? 'granted' : 'denied';
    response.cookie('analytics', said, { maxAge: 180 * 86_400_000, sameSite: 'lax', httpOnly: true });
    // Nothing could be kept of the page on which the visitor was asked; now it may be.
    const cookie = said === 'granted' && page ? landing.consented(request, page) : undefined;
    if (cookie) response.append('set-cookie', cookie);
    response.status(204).end();
  });

  shop.post('/sign-up', async (request, response) => {
    const { consent, anonymousId } = landing.visitOf(request);
    const user_id = request.body.user_id;
    await tell('user.signed_up', `sign-up-${user_id}`, { user_id, anonymous_id: anonymousId });
    // So that an unknown source has its reason.
    if (consent === 'denied') await tell('consent.changed', `consent-${user_id}`, { user_id, analytics: 'denied' });
    response.status(201).json({ user_id });
  });

  shop.post('/orders', async (request, response) => {
    const { order_id, user_id, amount_minor, currency } = request.body;
    await tell('order.placed', `order-${order_id}`, { order_id, user_id, total: { amount_minor, currency } });
    response.status(201).json({ order_id });
  });

  return shop;
}

const PAGE = `<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<p>May we remember where you came from?
<button data-said="granted">Yes</button> <button data-said="denied">No</button></p>
<script type="module">
  for (const button of document.querySelectorAll('button')) button.addEventListener('click', () =>
    fetch('/consent', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ analytics: button.dataset.said, page: { url: location.href, referrer: document.referrer } }),
    }));
</script></html>`;

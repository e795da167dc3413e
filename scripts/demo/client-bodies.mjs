// Client events in the protocols of two real SDKs. Times are the browser's own: a wrong clock is wrong in both of them.

/** Major units, as tags send money. */
const major = ({ value, currency }) => (currency === 'JPY' ? value : value / 100);

const SEGMENT_NAMES = { signup: 'Signed Up', checkout_started: 'Checkout Started', order_completed: 'Order Completed' };
const POSTHOG_NAMES = {
  signup: 'signup_completed',
  checkout_started: 'checkout_started',
  order_completed: 'purchase_completed',
  page: '$pageview',
};

/** @returns a `/v1/batch` body of Segment's protocol */
export function segmentBody({ visitor, events }, writeKey, now) {
  const clock = now + visitor.skewMs;
  return {
    writeKey,
    sentAt: new Date(clock).toISOString(),
    batch: events.map((event) => ({
      messageId: event.messageId,
      timestamp: new Date(event.at + visitor.skewMs).toISOString(),
      anonymousId: event.anonymousId,
      ...(event.userId ? { userId: event.userId } : {}),
      context: {
        userAgent: visitor.userAgent,
        library: { name: 'analytics.js', version: '1.84.3' },
        page: { path: '/' },
      },
      ...segmentCall(event),
    })),
  };
}

function segmentCall(event) {
  if (event.kind === 'page') return { type: 'page', name: 'Home', properties: { path: '/' } };
  if (event.kind === 'identify') return { type: 'identify', traits: {} };
  return { type: 'track', event: SEGMENT_NAMES[event.kind], properties: propertiesOf(event, 'order_id') };
}

/** @returns a `/batch/` body of PostHog's protocol */
export function posthogBody({ visitor, events }, writeKey, now) {
  const clock = now + visitor.skewMs;
  return {
    api_key: writeKey,
    sent_at: new Date(clock).toISOString(),
    batch: events.map((event) => ({
      uuid: event.messageId,
      event: event.kind === 'identify' ? '$identify' : POSTHOG_NAMES[event.kind],
      distinct_id: event.userId ?? event.anonymousId,
      timestamp: new Date(event.at + visitor.skewMs).toISOString(),
      properties: {
        $raw_user_agent: visitor.userAgent,
        $lib: 'web',
        $device_id: event.anonymousId,
        ...(event.kind === 'identify' ? { $anon_distinct_id: event.anonymousId } : {}),
        ...propertiesOf(event, 'orderId'),
      },
    })),
  };
}

function propertiesOf(event, orderIdName) {
  if (event.kind === 'checkout_started') return { checkout_id: event.entity };
  if (event.kind !== 'order_completed') return {};
  return {
    ...(event.fate === 'refused' ? {} : { [orderIdName]: event.entity }),
    [event.basis === 'total' ? 'total' : 'revenue']: major(event),
    currency: event.currency,
  };
}

import { type CookieOptions, readId, writeId } from './cookies.js';
import { hostIn, isLanding, type LandingRequest, readTouch } from './read-touch.js';

/** `unknown`: the visitor was not asked yet. */
export type Consent = 'granted' | 'denied' | 'unknown';

/** Who a request is from, for the events that your own handlers send. */
export interface Visit {
  consent: Consent;
  /** `anonymous_id` of `user.signed_up`, `checkout.started`, …; undefined without consent. */
  anonymousId: string | undefined;
}

export interface Seen extends Visit {
  setCookie: string | undefined;
  /** Settles when what was recorded is sent or given up. */
  sent: Promise<void> | undefined;
}

export interface VisitsOptions {
  consent: (request: LandingRequest) => Consent;
  cookie: CookieOptions;
  /** Sends an event in the background: type and data. */
  send: (type: string, data: object) => Promise<void>;
}

const nobody = (consent: Consent): Seen => ({ consent, anonymousId: undefined, setCookie: undefined, sent: undefined });

/** Looks at requests and remembers whose they are. */
export function createVisits({ consent, cookie, send }: VisitsOptions) {
  const visits = new WeakMap<object, Visit>();

  function look(request: LandingRequest, said: Consent, isPage: boolean): Seen {
    const known = readId(request.header('cookie'), cookie);
    if (said === 'denied' && known !== undefined) {
      const sent = send('consent.changed', { anonymous_id: known, analytics: 'denied' });
      return { ...nobody(said), setCookie: writeId(undefined, hostIn(request), cookie), sent };
    }
    if (said !== 'granted') return nobody(said);
    const read = isPage ? readTouch(request) : undefined;
    if (!read) return { ...nobody(said), anonymousId: known };
    const anonymousId = known ?? crypto.randomUUID();
    const isNew = known === undefined;
    // Somebody who comes back without a mark says nothing new.
    const isNews = isNew || read.isMarked;
    return {
      ...{ consent: said, anonymousId },
      setCookie: isNew ? writeId(anonymousId, hostIn(request), cookie) : undefined,
      sent: isNews ? send('touch.recorded', { anonymous_id: anonymousId, ...read.touch }) : undefined,
    };
  }

  /** Keeps who `of`, the request that handlers see, is from. Whatever goes wrong is nobody's consent, and no page's trouble. */
  function remember(of: object, seen: () => Seen): Seen {
    try {
      const found = seen();
      visits.set(of, found);
      return found;
    } catch {
      return nobody('unknown');
    }
  }

  return {
    see: (of: object, request: LandingRequest): Seen =>
      remember(of, () => look(request, consent(request), isLanding(request))),
    /** The same of a page that a visitor who consents was on. */
    seeConsenting: (of: object, page: LandingRequest): Seen => remember(of, () => look(page, 'granted', true)),
    visitOf: (of: object): Visit => {
      const { consent: said, anonymousId } = visits.get(of) ?? nobody('unknown');
      return { consent: said, anonymousId };
    },
  };
}

import { type CookieOptions, readId, removeId, writeId } from './cookies.js';
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
  /** Values of `Set-Cookie`. */
  setCookie: readonly string[];
  /** Settles when what was recorded is sent or given up. */
  sent: Promise<void> | undefined;
}

export interface VisitsOptions {
  /** Answers at once. */
  consent: (request: LandingRequest) => Consent;
  cookie: CookieOptions;
  /** Sends an event in the background: type and data. */
  send: (type: string, data: object) => Promise<void>;
}

const nobody = (consent: Consent): Seen => ({ consent, anonymousId: undefined, setCookie: [], sent: undefined });

/** Looks at requests and remembers whose they are. */
export function createVisits({ consent, cookie, send }: VisitsOptions) {
  const visits = new WeakMap<object, Visit>();

  /** Anything but the words is nobody's consent. A promise answers too late, and that it fails is no reason to end the process. */
  function said(request: LandingRequest): Consent {
    const answer: unknown = consent(request);
    if (typeof answer === 'object') Promise.resolve(answer).catch(() => undefined);
    return answer === 'granted' || answer === 'denied' ? answer : 'unknown';
  }

  // Only a page sets or removes the cookie, and tells the ledger why: of its images and scripts each would tell it again.
  function look(request: LandingRequest, told: Consent, isPage: boolean): Seen {
    const known = readId(request.header('cookie'), cookie);
    if (told === 'denied' && known !== undefined && isPage) {
      const sent = send('consent.changed', { anonymous_id: known, analytics: 'denied' });
      return { ...nobody(told), setCookie: removeId(hostIn(request), cookie), sent };
    }
    if (told !== 'granted') return nobody(told);
    const read = isPage ? readTouch(request) : undefined;
    if (!read) return { ...nobody(told), anonymousId: known };
    const anonymousId = known ?? crypto.randomUUID();
    const isNew = known === undefined;
    // Somebody who comes back without a mark says nothing new.
    const isNews = isNew || read.isMarked;
    return {
      ...{ consent: told, anonymousId },
      setCookie: isNew ? [writeId(anonymousId, hostIn(request), cookie)] : [],
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
      remember(of, () => look(request, said(request), isLanding(request))),
    /** The same of a page that a visitor who consents was on. */
    seeConsenting: (of: object, page: LandingRequest): Seen => remember(of, () => look(page, 'granted', true)),
    /** Of a request that was not seen, what its cookie says; nothing is set or sent. */
    visitOf: (of: object, read: () => LandingRequest): Visit => {
      const unseen = (): Seen => {
        const request = read();
        return look(request, said(request), false);
      };
      const { consent: told, anonymousId } = visits.get(of) ?? remember(of, unseen);
      return { consent: told, anonymousId };
    },
  };
}

import { isbot } from 'isbot';

const AGENT_MAX = 1_000; // characters; no real one is longer, and every pattern runs over it

/** What a user agent tells; undefined where there is none or it tells nothing. */
export interface Agent {
  isBot: boolean | undefined;
  device: string | undefined;
  browser: string | undefined;
}

// The first that fits: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
const BROWSERS: readonly (readonly [pattern: string, name: string])[] = [
  ['edg', 'edge'],
  ['opr/', 'opera'],
  ['samsungbrowser', 'samsung'],
  ['firefox', 'firefox'],
  ['fxios', 'firefox'],
  ['crios', 'chrome'],
  ['chrome', 'chrome'],
  ['safari', 'safari'],
];

export function agentOf(userAgent: unknown): Agent {
  if (typeof userAgent !== 'string' || userAgent.trim() === '')
    return { isBot: undefined, device: undefined, browser: undefined };
  const text = userAgent.slice(0, AGENT_MAX);
  const lower = text.toLowerCase();
  return {
    isBot: isbot(text),
    device: deviceOf(lower),
    browser: BROWSERS.find(([pattern]) => lower.includes(pattern))?.[1],
  };
}

function deviceOf(lower: string): string {
  if (lower.includes('ipad') || lower.includes('tablet') || (lower.includes('android') && !lower.includes('mobile')))
    return 'tablet';
  return lower.includes('mobi') || lower.includes('iphone') ? 'mobile' : 'desktop';
}

import { isbot } from 'isbot';

const AGENT_MAX = 1_000; // characters; no real one is longer, and every pattern runs over it

/** What a user agent tells; undefined where there is none or it tells nothing. */
export interface Agent {
  isBot: boolean | undefined;
  device: string | undefined;
  browser: string | undefined;
  os: string | undefined;
}

// The first that fits: Android calls itself Linux, and an iPhone says that it is like Mac OS X.
const SYSTEMS: readonly (readonly [pattern: string, name: string])[] = [
  ['android', 'android'],
  ['iphone', 'ios'],
  ['ipad', 'ios'],
  ['ios', 'ios'],
  ['windows', 'windows'],
  ['cros', 'chromeos'],
  ['chrome os', 'chromeos'],
  ['mac', 'macos'],
  ['linux', 'linux'],
];

/** An operating system by one name, whether an SDK or a user agent tells it; undefined when it is none of the common ones. */
export const osName = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : SYSTEMS.find(([pattern]) => text.includes(pattern))?.[1];

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
    return { isBot: undefined, device: undefined, browser: undefined, os: undefined };
  const text = userAgent.slice(0, AGENT_MAX);
  const lower = text.toLowerCase();
  return {
    isBot: isbot(text),
    device: deviceOf(lower),
    browser: BROWSERS.find(([pattern]) => lower.includes(pattern))?.[1],
    os: osName(lower),
  };
}

function deviceOf(lower: string): string {
  if (lower.includes('ipad') || lower.includes('tablet') || (lower.includes('android') && !lower.includes('mobile')))
    return 'tablet';
  return lower.includes('mobi') || lower.includes('iphone') ? 'mobile' : 'desktop';
}

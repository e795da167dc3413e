import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical-json.js';
import { searchEngines, socialNetworks } from './attribution-markers.js';

/**
 * Which channel a source and a medium are of: the first rule that fits. There is no channel `direct`: a visit without a marker is
 * unknown, with its reason.
 */
export interface ChannelRule {
  channel: string;
  /** Any of these sources; left out: whatever the source is. */
  sources?: readonly string[];
  /** Any of these media. */
  media?: readonly string[];
  /** Media that begin with one of these. */
  mediaBeginning?: readonly string[];
  /** Whether the channel is paid for. */
  paid?: boolean;
}

const NETWORKS = [...socialNetworks];
const PAID = ['cpc', 'cpv', 'cpa', 'cpp', 'paid', 'retargeting', 'remarketing'];

/** The defaults, in order. `unknown` is no rule: it is what has no source. */
export const channelRules: readonly ChannelRule[] = [
  { channel: 'affiliates', paid: true, media: ['affiliate', 'affiliates', 'partner'] },
  { channel: 'email', media: ['email', 'newsletter', 'mail'] },
  { channel: 'display', paid: true, media: ['display', 'banner', 'cpm', 'interstitial', 'expandable'] },
  { channel: 'paid_social', paid: true, sources: NETWORKS, media: PAID },
  { channel: 'paid_social', paid: true, mediaBeginning: ['paid_social', 'paid-social', 'paidsocial', 'social_paid'] },
  { channel: 'paid_search', paid: true, media: PAID },
  { channel: 'paid_search', paid: true, mediaBeginning: ['paid_search', 'paid-search'] },
  { channel: 'social', sources: NETWORKS },
  { channel: 'social', mediaBeginning: ['social'] },
  { channel: 'organic_search', sources: searchEngines, media: ['organic', ''] },
  { channel: 'organic_search', media: ['organic', 'seo'] },
  { channel: 'email', sources: ['newsletter', 'email', 'mailchimp', 'klaviyo'] },
  { channel: 'referral', media: ['referral', 'link'] },
];

/** The channel that no rule knows of. */
const OTHER_CHANNEL = 'other';
export const UNKNOWN_CHANNEL = 'unknown';

/** The channels by which a service tells where something came from. */
export interface Channels {
  /** In the order in which they are tried. */
  rules: readonly ChannelRule[];
  /** Channels that are paid for. */
  paid: ReadonlySet<string>;
  /** Another one for other rules, twelve hexadecimal digits. */
  version: string;
  /** Both in lower case, as `attributionOf` gives them; no source at all is `unknown`. */
  of(source: string | null | undefined, medium: string | null | undefined): string;
}

/** The rules of the operator, and after them the defaults. */
export function createChannels(own: readonly ChannelRule[] = []): Channels {
  const rules = [...own, ...channelRules];
  const paid = new Set(rules.filter((rule) => rule.paid).map(({ channel }) => channel));
  const said = canonicalJson(rules);
  return {
    ...{ rules, paid, version: createHash('sha256').update(said).digest('hex').slice(0, 12) },
    of: (source, medium) => {
      if (source === null || source === undefined || source === '' || source === 'unknown') return UNKNOWN_CHANNEL;
      return rules.find((rule) => fits(rule, source, medium ?? ''))?.channel ?? OTHER_CHANNEL;
    },
  };
}

export const defaultChannels = createChannels();

const fits = ({ sources, media, mediaBeginning }: ChannelRule, source: string, medium: string): boolean =>
  (sources === undefined || sources.includes(source)) &&
  (media === undefined || media.includes(medium)) &&
  (mediaBeginning === undefined || mediaBeginning.some((beginning) => medium.startsWith(beginning)));

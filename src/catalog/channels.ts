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
}

const NETWORKS = [...socialNetworks];
const PAID = ['cpc', 'cpv', 'cpa', 'cpp', 'paid', 'retargeting', 'remarketing'];

/** The defaults, in order. `unknown` is no rule: it is what has no source. */
export const channelRules: readonly ChannelRule[] = [
  { channel: 'affiliates', media: ['affiliate', 'affiliates', 'partner'] },
  { channel: 'email', media: ['email', 'newsletter', 'mail'] },
  { channel: 'display', media: ['display', 'banner', 'cpm', 'interstitial', 'expandable'] },
  { channel: 'paid_social', sources: NETWORKS, media: PAID },
  { channel: 'paid_social', mediaBeginning: ['paid_social', 'paid-social', 'paidsocial', 'social_paid'] },
  { channel: 'paid_search', media: PAID },
  { channel: 'paid_search', mediaBeginning: ['paid_search', 'paid-search'] },
  { channel: 'social', sources: NETWORKS },
  { channel: 'social', mediaBeginning: ['social'] },
  { channel: 'organic_search', sources: searchEngines, media: ['organic', ''] },
  { channel: 'organic_search', media: ['organic', 'seo'] },
  { channel: 'email', sources: ['newsletter', 'email', 'mailchimp', 'klaviyo'] },
  { channel: 'referral', media: ['referral', 'link'] },
];

/** The channel that no rule knows of. */
export const OTHER_CHANNEL = 'other';
export const UNKNOWN_CHANNEL = 'unknown';
/** Channels that are paid for. */
export const paidChannels: ReadonlySet<string> = new Set(['paid_search', 'paid_social', 'display', 'affiliates']);

/** Both in lower case, as `attributionOf` gives them; no source at all is `unknown`. */
export function channelOf(source: string | null | undefined, medium: string | null | undefined): string {
  if (source === null || source === undefined || source === '' || source === 'unknown') return UNKNOWN_CHANNEL;
  return channelRules.find((rule) => fits(rule, source, medium ?? ''))?.channel ?? OTHER_CHANNEL;
}

const fits = ({ sources, media, mediaBeginning }: ChannelRule, source: string, medium: string): boolean =>
  (sources === undefined || sources.includes(source)) &&
  (media === undefined || media.includes(medium)) &&
  (mediaBeginning === undefined || mediaBeginning.some((beginning) => medium.startsWith(beginning)));

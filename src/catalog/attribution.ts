import { isSealed } from '../kernel/sealed-token.js';
import { clickMarker, marksNothing, mediumAliases, referrerMarker, sourceAliases } from './attribution-markers.js';

/** Where somebody came from, normalised: lower case, aliases replaced. `source` is null when nothing marks it; never `direct`. */
export interface Attribution {
  source: string | null;
  medium: string | null;
  campaign: string | null;
  term: string | null;
  content: string | null;
  /** Host of an external referrer. */
  referrer: string | null;
  /** Landing page without query and fragment, which may hold anything. */
  landing_page: string | null;
  /** Kind of the click id (`gclid`), not its value. */
  click_id: string | null;
}

const TEXT_MAX = 255;
/** Reads the attribution members of a domain event. Precedence of what marks a touch: UTM, click id, external referrer. */
export function attributionOf(data: Readonly<Record<string, unknown>>): Attribution {
  const landing = openText(data['landing_page']);
  const query = landing?.includes('?')
    ? new URLSearchParams(landing.slice(landing.indexOf('?') + 1).split('#', 1)[0])
    : undefined;
  const utm = (name: string): string | null =>
    marking(data[name]) ?? marking(data[`utm_${name}`]) ?? marking(query?.get(`utm_${name}`));
  const clickId = isSealed(data['click_id']) ? 'sealed' : openText(data['click_id']);
  const click = clickMarker(clickId, (kind) => Boolean(data[kind] ?? query?.get(kind)));
  const referrer = referrerMarker(openText(data['referrer']), landing);
  const named = { source: utm('source'), medium: utm('medium'), campaign: utm('campaign') };
  return {
    ...marked(
      named,
      click?.kind === 'other' && referrer ? { source: referrer.source, medium: click.medium } : (click ?? referrer),
    ),
    term: utm('term'),
    content: utm('content'),
    referrer: referrer?.host ?? null,
    landing_page: landing === undefined ? null : landing.split(/[?#]/, 1)[0]!.slice(0, TEXT_MAX).toWellFormed(),
    click_id: click?.kind ?? null,
  };
}

const MARKS = ['landing_page', 'referrer', 'source', 'medium', 'campaign', 'utm_source', 'utm_medium', 'utm_campaign'];

/** Whether a member that may mark a touch was taken for personal: an address of a page with somebody's e-mail address in its query, and the like. */
export const hasSealedMark = (data: Readonly<Record<string, unknown>>): boolean =>
  MARKS.some((name) => isSealed(data[name]));

type Named = Pick<Attribution, 'source' | 'medium' | 'campaign'>;

function marked({ source, medium, campaign }: Named, marker: { source: string; medium: string } | undefined): Named {
  const aliasedMedium = medium === null ? null : (mediumAliases.get(medium) ?? medium);
  if (source !== null) return { source: sourceAliases.get(source) ?? source, medium: aliasedMedium, campaign };
  if (marker) return { source: marker.source, medium: aliasedMedium ?? marker.medium, campaign };
  // A campaign without a source is a mark all the same, only an incomplete one.
  const isNamed = medium !== null || campaign !== null;
  return { source: isNamed ? '(not set)' : null, medium: aliasedMedium, campaign };
}

function marking(value: unknown): string | null {
  const text = openText(value)?.trim().toLowerCase() ?? '';
  return marksNothing(text) ? null : text.slice(0, TEXT_MAX).toWellFormed();
}

// oxlint-disable-next-line no-control-regex
const UNSTORABLE = /[\u0000-\u001f\u007f\ud800-\udfff]/;
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f]+/g;

function openText(value: unknown): string | undefined {
  if (isSealed(value) || typeof value !== 'string') return undefined;
  return UNSTORABLE.test(value) ? value.replace(CONTROLS, ' ').toWellFormed() : value;
}

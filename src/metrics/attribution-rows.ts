import type { Channels } from '../catalog/channels.js';

/** A part of a number and the touch it is put down to; `reason`: why there is none. Currency is empty for counts. */
export interface Attributed {
  source: string;
  medium: string;
  campaign: string;
  reason: string;
  currency: string;
  value: bigint;
}

type Touch = Pick<Attributed, 'source' | 'medium' | 'campaign'>;

interface Sum {
  currency: string;
  value: bigint;
  /** Why it is unknown; empty for what is known. */
  reasons: Map<string, bigint>;
}

const UNKNOWN = 'unknown';

/** The parts by touch, by source and by channel, each largest first, in shares of the whole of its currency. */
export function attributionRows(parts: readonly Attributed[], channels: Pick<Channels, 'of'>) {
  const whole = sumsBy(parts, () => '');
  const unknown = sumsBy(
    parts.filter(({ source }) => source === UNKNOWN),
    () => '',
  );
  const of = (sums: ReadonlyMap<string, Sum>, currency: string): bigint =>
    sums.get(JSON.stringify([currency, '']))?.value ?? 0n;
  const rows = <T extends object>(key: (part: Attributed) => string, about: (name: string) => T) =>
    [...sumsBy(parts, key)]
      .filter(([, { value }]) => value !== 0n)
      .sort(([, a], [, b]) =>
        a.currency === b.currency ? Number(b.value - a.value) : a.currency < b.currency ? -1 : 1,
      )
      .map(([name, sum]) => {
        const named = about((JSON.parse(name) as [string, string])[1]);
        return { ...named, ...figures(sum, of(whole, sum.currency), of(unknown, sum.currency)) };
      });
  const touchOf = ({ source, medium, campaign }: Attributed): string => JSON.stringify([source, medium, campaign]);
  return {
    data: rows(touchOf, (name) => {
      const [source, medium, campaign] = JSON.parse(name) as [string, string, string];
      return { source, medium, campaign, channel: channels.of(source, medium) } satisfies Touch & { channel: string };
    }),
    sources: rows(
      ({ source }) => source,
      (source) => ({ source }),
    ),
    channels: rows(
      ({ source, medium }) => channels.of(source, medium),
      (channel) => ({ channel }),
    ),
  };
}

function sumsBy(parts: readonly Attributed[], key: (part: Attributed) => string): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const part of parts) {
    const name = JSON.stringify([part.currency, key(part)]);
    const sum = sums.get(name) ?? { currency: part.currency, value: 0n, reasons: new Map<string, bigint>() };
    sum.value += part.value;
    if (part.reason !== '') sum.reasons.set(part.reason, (sum.reasons.get(part.reason) ?? 0n) + part.value);
    sums.set(name, sum);
  }
  return sums;
}

interface Figures {
  /** A count, or minor units as text. */
  value: number | string;
  currency?: string;
  share: number | null;
  reasons?: Record<string, number | string>;
  bounds?: [lowest: number | null, highest: number | null];
}

/** What a touch stands for. */
export type AttributionRow = Touch & { channel: string } & Figures;

/** A row's value and share; `bounds`: what the share would be if none, or all, of the unknown were its. The unknown has reasons instead. */
function figures({ currency, value, reasons }: Sum, whole: bigint, unknown: bigint): Figures {
  const wire = (amount: bigint): number | string => (currency ? String(amount) : Number(amount));
  const why = [...reasons].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    value: wire(value),
    ...(currency ? { currency } : {}),
    share: thousandths(value, whole, 'near'),
    ...(why.length > 0
      ? { reasons: Object.fromEntries(why.map(([reason, amount]) => [reason, wire(amount)])) }
      : { bounds: [thousandths(value, whole, 'below'), thousandths(value + unknown, whole, 'above')] }),
  };
}

/** A share with three places; bounds are rounded outwards, so that they still hold. Null when there is nothing to share. */
function thousandths(part: bigint, whole: bigint, rounded: 'near' | 'below' | 'above'): number | null {
  if (whole === 0n) return null;
  const exact = part * 1_000n;
  const below = exact / whole;
  const rest = exact % whole;
  if (rounded === 'below' || rest === 0n) return Number(below) / 1_000;
  return Number(rounded === 'above' || 2n * rest >= whole ? below + 1n : below) / 1_000;
}

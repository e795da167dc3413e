import { type Bar, Bars } from '../../charts/bars.tsx';
import { figure, nameOf, percent, percentOf } from '../../format.ts';
import { causeNames, partNames, words } from '../../words.ts';
import type { Series } from './series.ts';
import { type Why, whyOf } from './why.ts';

/** So many causes are told; what is behind the others shows in the days. */
const TOLD = 6;

/** What somebody takes away who reads no further: how far off the source is over these days, and why. */
export function Headline({ series }: { series: Series }) {
  const why = whyOf(series.compared);
  return (
    <section aria-label="In short" class="headline">
      <h2>{inShort(series)}</h2>
      {why && (
        <>
          <p>{whatIsBehind(why, series.currency)}</p>
          <Bars label="Why they differ, in ids" bars={barsOf(why)} />
        </>
      )}
    </section>
  );
}

/** `Sign-ups: collector shows 939 where 1,148 is true: 209 (18.2 %) too few` */
function inShort({ metric, source, currency, actual, tracked, gap }: Series): string {
  const name = nameOf(metric);
  const amount = (value: string): string => figure(value, currency);
  if (tracked === null || gap === null)
    return `${name}: ${amount(actual)} is true; ${source} has nothing to compare with`;
  const says = `${name}: ${source} shows ${amount(tracked)} where ${amount(actual)} is true`;
  if (gap === '0') return `${says}: no gap`;
  const size = gap.replace('-', '');
  const share = percentOf(size, actual);
  const [few, many] = currency ? ['too little', 'too much'] : ['too few', 'too many'];
  return `${says}: ${amount(size)}${share === null ? '' : ` (${percent(share)})`} ${gap === size ? few : many}`;
}

/** Of money the ids are those of purchases. */
function whatIsBehind({ missed, phantom, twice }: Why, currency: string | undefined): string {
  const extra = [
    ...(phantom === 0 ? [] : [`${figure(phantom)} that only it has`]),
    ...(twice === 0 ? [] : [`${figure(twice)} counted twice`]),
  ].join(' and ');
  const lost = missed === 0 ? 'nothing' : `${figure(missed)}${currency ? ' purchases' : ''}`;
  return `It missed ${lost}. It shows ${extra === '' ? 'nothing that it should not' : extra}.`;
}

function barsOf({ causes, unexplained }: Why): Bar[] {
  const told = causes.slice(0, TOLD).map(({ part, cause, times }) => ({
    name: causeNames[cause] ?? words(cause),
    times,
    text: `${figure(times)} ${partNames[part] ?? part}`,
    kind: part === 'missing' ? undefined : ('tracked' as const),
  }));
  const rest = {
    name: causeNames['unexplained']!,
    times: unexplained,
    text: figure(unexplained),
    kind: 'unknown' as const,
  };
  const all = unexplained > 0 ? [...told, rest] : told;
  const longest = Math.max(1, ...all.map(({ times }) => times));
  return all.map(({ name, times, text, kind }) => ({ name, text, length: times / longest, ...(kind && { kind }) }));
}

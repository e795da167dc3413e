import { figure } from '../../format.ts';
import { hourNames } from '../../words.ts';
import { type Hour, lookOf, type Look, type Strip } from './hours.ts';

/** More days than these are too many to look at; the table has them. */
const DAYS_SHOWN = 62;

/** One sign per look, so that nothing hangs on a colour. */
const SIGNS: Readonly<Record<Look, string>> = {
  missing: '!',
  unchecked: '?',
  healed: '+',
  complete: '✓',
  not_listed: '•',
  silent: '',
};

const LEGEND: Readonly<Record<Look, string>> = {
  ...{ missing: hourNames['missing']!, unchecked: hourNames['unchecked']!, healed: hourNames['healed']! },
  ...{
    complete: hourNames['complete']!,
    not_listed: 'deliveries came; no list to compare with',
    silent: 'no delivery',
  },
};

/** Every hour of a provider as a small field: a row per day, a column per hour of the zone's clock. */
export function HourStrip({ strip: { provider, days }, zone }: { strip: Strip; zone: string }) {
  const shown = days.slice(0, DAYS_SHOWN);
  const looks = new Set(shown.flatMap(({ hours }) => hours.flatMap((each) => lookOf(each) ?? [])));
  const caption = `${provider}, every hour of the clock in ${zone}`;
  if (looks.size === 1 && looks.has('silent'))
    return (
      <p class="empty">
        {provider}: no delivery in any hour from {shown.at(-1)!.day} to {shown[0]!.day}, and no list to compare with.
      </p>
    );
  return (
    <figure class="table strip">
      <figcaption>
        <span>{caption}</span>
      </figcaption>
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              {Array.from({ length: 24 }, (_, hour) => (
                <th scope="col">{hour}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ day, hours }) => (
              <tr>
                <th scope="row">{day}</th>
                {hours.map((each) => (
                  <Field hours={each} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint signs">
        {(Object.keys(SIGNS) as Look[])
          .filter((look) => looks.has(look))
          .map((look) => (
            <span>
              <span class={`sign ${look}`} aria-hidden="true">
                {SIGNS[look]}
              </span>{' '}
              {LEGEND[look]}
            </span>
          ))}
        {days.length > DAYS_SHOWN && <span>The newest {DAYS_SHOWN} days; the table below has all.</span>}
      </p>
    </figure>
  );
}

function Field({ hours }: { hours: readonly Hour[] }) {
  const look = lookOf(hours);
  if (look === undefined) return <td class="none" />;
  const told = hours.map(toldOf).join('; ');
  return (
    <td class={look} title={told}>
      <span aria-hidden="true">{SIGNS[look]}</span>
      <span class="unseen">{told}</span>
    </td>
  );
}

/** `something is missing: 4 of 5 came, 1 missing`: what is known of an hour, in words. */
function toldOf({ status, deliveries, expected, missing, healed }: Hour): string {
  const came = `${figure(deliveries)} ${deliveries === 1 ? 'delivery' : 'deliveries'}`;
  if (status === 'not_listed') return came;
  if (status === 'unchecked') return `${hourNames[status]}: ${came}`;
  return [
    `${hourNames[status]}: ${figure(expected)} listed`,
    ...((healed ?? 0) > 0 ? [`${figure(healed)} fetched`] : []),
    ...((missing ?? 0) > 0 ? [`${figure(missing)} missing`] : []),
  ].join(', ');
}

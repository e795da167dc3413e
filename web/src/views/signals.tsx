import type { ViewProps } from '../app.tsx';
import { Choice } from '../choice.tsx';
import { nameOf } from '../format.ts';
import { Lossy } from '../states.tsx';
import { COMPARED, Confusion } from './signals/confusion.tsx';
import { Funnels } from './signals/funnels.tsx';

/** What browsers told, always beside what the server knows: no number of the business is made of it. */
export function SignalsView({ url, go, from, to }: ViewProps) {
  const metric = COMPARED.includes(url['metric'] ?? '') ? url['metric']! : 'signups';
  return (
    <>
      <section>
        <Lossy>
          What browsers told. Blocked scripts, lost requests and retries are in it; no true number is made of it.
        </Lossy>
        <form class="choices" onSubmit={(event) => event.preventDefault()}>
          <Choice
            label="Metric"
            value={metric}
            options={COMPARED.map((name) => [name, nameOf(name)])}
            onPick={(name) => go({ metric: name })}
          />
        </form>
      </section>
      <Confusion metric={metric} from={from} to={to} />
      <Funnels url={url} go={go} from={from} to={to} />
    </>
  );
}

import type { ViewProps } from '../app.tsx';
import { api, type Schemas } from '../api.ts';
import { Choice } from '../choice.tsx';
import { nameOf } from '../format.ts';
import { Lossy } from '../states.tsx';
import { useData } from '../use-data.ts';
import { COMPARED, Confusion } from './signals/confusion.tsx';
import { Funnels } from './signals/funnels.tsx';

/** What browsers told, always beside what the server knows: no number of the business is made of it. */
export function SignalsView({ url, go, from, to }: ViewProps) {
  const metric = COMPARED.includes(url['metric'] ?? '') ? url['metric']! : 'signups';
  const sources = useSources();
  const source = sources.includes(url['source'] ?? '') ? url['source']! : 'collector';
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
          {sources.length > 1 && (
            <Choice
              label="Source"
              value={source}
              options={sources.map((name) => [name, name])}
              onPick={(name) => go({ source: name })}
            />
          )}
        </form>
      </section>
      <Confusion source={source} metric={metric} from={from} to={to} />
      <Funnels source={source} url={url} go={go} from={from} to={to} />
    </>
  );
}

/** Sources that tell of single events: of those that only count nothing can be matched. */
function useSources(): readonly string[] {
  const found = useData('sources', () => api<Schemas['SourceList']>('/v1/sources'));
  if (found.state !== 'ready') return [];
  return found.value.data.filter(({ matched_by: by }) => by === 'id').map(({ name }) => name);
}

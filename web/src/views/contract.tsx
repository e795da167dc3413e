import { api, type MetricInfo, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { nameOf } from '../format.ts';
import { Show } from '../states.tsx';
import { Table } from '../table.tsx';
import { useData } from '../use-data.ts';

interface DomainEvent {
  type: string;
  title: string;
}

/** What every number means, and what may be said to the service. */
export function ContractView(_: ViewProps) {
  const metrics = useData('metrics', () => api<Schemas['MetricList']>('/v1/metrics'));
  const catalog = useData('catalog', () => api<{ domain_events: unknown }>('/v1/catalog'));
  return (
    <>
      <section>
        <h2>The measurement contract</h2>
        <Show data={metrics}>
          {({ data }) => (
            <Table<MetricInfo>
              caption="Metrics"
              file="measurement-contract"
              rows={data}
              columns={[
                { title: 'Metric', text: ({ name }) => nameOf(name) },
                { title: 'Name in the interface', text: ({ name }) => name },
                { title: 'Meaning', text: ({ meaning }) => meaning },
                { title: 'Dated by', text: ({ dated }) => dated },
                { title: 'Without', text: ({ excludes }) => excludes },
                { title: 'Source of truth', text: (row) => row.source_of_truth },
                { title: 'Tracked as', text: (row) => row.tracked_as.join(', ') },
              ]}
            />
          )}
        </Show>
      </section>
      <section>
        <h2>Domain events</h2>
        <Show data={catalog}>
          {(value) => (
            <Table<DomainEvent>
              caption="What your services may say at /v1/events"
              file="domain-events"
              rows={eventsOf(value.domain_events)}
              columns={[
                { title: 'Type', text: ({ type }) => type },
                { title: 'Meaning', text: ({ title }) => title },
              ]}
            />
          )}
        </Show>
      </section>
    </>
  );
}

function eventsOf(catalog: unknown): DomainEvent[] {
  if (typeof catalog !== 'object' || catalog === null) return [];
  return Object.entries(catalog as Record<string, unknown>).map(([type, versions]) => {
    const newest: unknown = Array.isArray(versions) ? versions.at(-1) : versions;
    const { meaning, description, title } = (newest ?? {}) as Record<string, unknown>;
    const text = [meaning, description, title].find((each) => typeof each === 'string');
    return { type, title: typeof text === 'string' ? text : '' };
  });
}

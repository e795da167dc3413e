import { api, query, type Schemas } from '../../api.ts';
import { figure } from '../../format.ts';
import { Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { useData } from '../../use-data.ts';
import { bridgeNames, words } from '../../words.ts';

type Bridge = Schemas['SignupBridge'];

/** From the sign-ups of the days to their new subscriptions, in rows that sum. */
export function SubscriptionBridge({ from, to }: { from: string; to: string }) {
  const path = `/v1/funnel/bridge${query({ from, to })}`;
  const data = useData(path, () => api<Bridge>(path));
  return (
    <section>
      <h2>From sign-ups to new subscriptions</h2>
      <Show data={data}>
        {({ rows, new_subscriptions: sum }) => (
          <Table<Bridge['rows'][number]>
            caption="Business truth: the rows sum"
            file={`bridge-${from}`}
            rows={[...rows, { step: 'new_subscriptions', count: sum }]}
            selected={({ step }) => step === 'new_subscriptions'}
            columns={[
              { title: 'Step', text: ({ step }) => bridgeNames[step] ?? words(step) },
              { title: 'Count', numeric: true, text: ({ count }) => figure(count) },
            ]}
          />
        )}
      </Show>
    </section>
  );
}

import type { TargetedSubmitEvent } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { api, type ApiError, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { EntryDialog } from '../entry-dialog.tsx';
import { figure, nameOf } from '../format.ts';
import { Show } from '../states.tsx';
import { type Column, Table } from '../table.tsx';
import { Time, timeColumn } from '../time.tsx';
import { replace } from '../url-state.ts';
import { useData } from '../use-data.ts';
import { nonLinkNames, reasonNames } from '../words.ts';

type Customer = Schemas['Customer'];

const NOBODY = 'Nobody has this id.';

interface Moment {
  at: string | null;
  what: string;
  id: string;
  status: string;
  amount: string;
}

/** One customer by any of its ids, and everything that is known of it in order of time. */
export function CustomersView({ url, go }: ViewProps) {
  const id = isAddress(url['customer']) ? undefined : url['customer'];
  useLayoutEffect(() => {
    if (isAddress(url['customer'])) replace({ customer: undefined });
  });
  const [refused, setRefused] = useState('');
  /** What is typed goes to the service in a body, and only the id that it names into the address. */
  const find = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const asked = new FormData(event.currentTarget).get('id');
    const of = typeof asked === 'string' ? asked.trim() : '';
    if (of === '') return;
    try {
      const { id: customer } = await api<Schemas['CustomerFound']>('/v1/customers/find', {
        method: 'POST',
        body: { of },
      });
      setRefused('');
      go({ customer });
    } catch (error) {
      const { status, message } = error as ApiError;
      setRefused(status === 404 ? NOBODY : message);
      go({ customer: undefined });
    }
  };
  return (
    <section>
      <h2>Find a customer</h2>
      <form class="choices" onSubmit={(event) => void find(event)}>
        <label>
          Any id or an e-mail address{' '}
          <input
            name="id"
            type="search"
            key={id}
            defaultValue={id}
            required
            size={36}
            maxLength={256}
            spellcheck={false}
            autoComplete="off"
          />
        </label>
        <button type="submit">Show</button>
      </form>
      <p class="hint">
        A user id, a provider’s customer id, an anonymous id, an e-mail address or its hash. The service hashes an
        address and compares the hash: it is stored nowhere, and the link to what is found does not have it.
      </p>
      {refused !== '' && (
        <p class="empty" role="status">
          {refused}
        </p>
      )}
      {id && <Found key={id} id={id} />}
    </section>
  );
}

/** An e-mail address that somebody wrote into a link, where it does not belong; what a customer is called begins with its kind: `user:…`. */
const isAddress = (id: string | undefined): boolean => id !== undefined && id.includes('@') && !id.includes(':');

function Found({ id }: { id: string }) {
  const data = useData(id, () => api<Customer>(`/v1/customers/${encodeURIComponent(id)}`));
  if (data.state === 'failed' && data.error.status === 404) return <p class="empty">{NOBODY}</p>;
  return (
    <Show data={data}>
      {(customer) => (
        <>
          <h3>{customer.id}</h3>
          {customer.erased_at && (
            <p class="hint">
              Erased at <Time at={customer.erased_at} />: names and addresses can be read nowhere any more, and what
              comes later neither. Ids, times and amounts stay.
            </p>
          )}
          <dl>
            <dt>First touch</dt>
            <dd>
              <FirstTouch customer={customer} />
            </dd>
            <dt>Identifiers linked</dt>
            <dd>
              <ul class="ids">
                {customer.identifiers.map((each) => (
                  <li>
                    <code>{each}</code>
                  </li>
                ))}
              </ul>
            </dd>
          </dl>
          <Links customer={customer} />
          <Table<Moment>
            caption="What happened"
            file="customer"
            rows={momentsOf(customer)}
            columns={[
              timeColumn('When', ({ at }) => at),
              { title: 'What', text: ({ what }) => what },
              { title: 'Id', text: (moment) => moment.id },
              { title: 'Status', text: ({ status }) => status },
              { title: 'Amount', numeric: true, text: ({ amount }) => amount },
            ]}
          />
          <Lineage customer={customer} />
        </>
      )}
    </Show>
  );
}

/** Every touch, and what each fact adds to which number, down to the entry of the ledger that says so. */
function Lineage({ customer: { touches, numbers } }: { customer: Customer }) {
  const [entry, setEntry] = useState<string>();
  const lineage: Column<{ entry_id: string }> = {
    title: 'Ledger entry',
    text: ({ entry_id: id }) => id,
    show: ({ entry_id: id }) => (
      <button type="button" class="link" onClick={() => setEntry(id)}>
        {id.slice(0, 8)}
      </button>
    ),
  };
  return (
    <>
      {touches.length > 0 && (
        <Table<Customer['touches'][number]>
          caption="Touches"
          file="touches"
          rows={touches}
          columns={[
            timeColumn('When', ({ at }) => at),
            { title: 'By', text: ({ node }) => node },
            {
              title: 'From',
              text: ({ source, medium, campaign }) =>
                [source, medium, campaign].filter(Boolean).join(' / ') || 'no mark',
            },
            { title: 'Channel', text: ({ channel }) => channel },
            { title: 'Landing page', text: ({ landing_page: page }) => page ?? '' },
            lineage,
          ]}
        />
      )}
      <Table<Customer['numbers'][number]>
        caption="What it adds to the numbers"
        file="in-numbers"
        rows={numbers}
        empty="Nothing yet."
        columns={[
          timeColumn('When', ({ at }) => at),
          { title: 'Number', text: ({ metric }) => nameOf(metric) },
          { title: 'Adds', numeric: true, text: ({ delta, currency }) => figure(delta, currency || undefined) },
          { title: 'Because of', text: ({ fact }) => fact },
          { title: 'Of', text: ({ subject }) => subject },
          lineage,
        ]}
      />
      {entry && <EntryDialog id={entry} onClose={() => setEntry(undefined)} />}
    </>
  );
}

/** Links that make nobody one, and what was decided; nothing where there is nothing to say. */
function Links({ customer: { non_links: nonLinks, decisions } }: { customer: Customer }) {
  return (
    <>
      {nonLinks.length > 0 && (
        <Table<Customer['non_links'][number]>
          caption="Links that were not followed"
          file="non-links"
          rows={nonLinks}
          columns={[
            { title: 'Identifier', text: ({ identifier }) => identifier },
            { title: 'Other', text: ({ other }) => other ?? 'many' },
            { title: 'Why', text: ({ reason }) => nonLinkNames[reason] ?? reason },
            { title: 'Links in all', numeric: true, text: ({ links }) => String(links) },
          ]}
        />
      )}
      {decisions.length > 0 && (
        <Table<Customer['decisions'][number]>
          caption="What was decided"
          file="decisions"
          rows={decisions}
          columns={[
            timeColumn('When', ({ decided_at: at }) => at),
            { title: 'Decided', text: ({ kind, identifier, other }) => `${kind} ${identifier} and ${other}` },
            { title: 'Why', text: ({ reason }) => reason },
            { title: 'By', text: ({ actor }) => actor },
          ]}
        />
      )}
    </>
  );
}

function FirstTouch({ customer: { first_touch: touch } }: { customer: Customer }) {
  if (touch.source === 'unknown')
    return <>unknown: {reasonNames[touch.unknown_reason ?? ''] ?? touch.unknown_reason}</>;
  return (
    <>
      {[touch.source, touch.medium, touch.campaign].filter(Boolean).join(' / ')}, <Time at={touch.at} />
    </>
  );
}

function momentsOf({
  signed_up_at: signedUp,
  first_touch: touch,
  first_payment: first,
  purchases,
}: Customer): Moment[] {
  const nothing = { id: '', status: '', amount: '' };
  const moments: Moment[] = purchases.map(({ ref, kind, at, status, amount }) => ({
    at,
    what: ref === first?.ref ? `${kind}, the first one` : kind,
    id: ref.slice(ref.indexOf(':') + 1),
    status: status ?? '',
    amount: amount ? figure(amount.amount_minor, amount.currency) : '',
  }));
  if (signedUp) moments.push({ ...nothing, at: signedUp, what: 'signed up' });
  if (touch.at) moments.push({ ...nothing, at: touch.at, what: `first touch: ${touch.source}` });
  return moments.sort((a, b) => ((a.at ?? '~') < (b.at ?? '~') ? -1 : 1));
}

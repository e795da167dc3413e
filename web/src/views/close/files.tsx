import { useState } from 'preact/hooks';
import { api, query, type Schemas } from '../../api.ts';
import type { operations } from '../../api-types.ts';
import { figure } from '../../format.ts';
import { Show } from '../../states.tsx';
import { useData } from '../../use-data.ts';
import { Choice } from '../../choice.tsx';
import type { PeriodProps } from '../close.tsx';

type Question = NonNullable<operations['PeriodFilesController_journal']['parameters']['query']>;
type Format = NonNullable<Question['format']>;

/** Every format of the interface; a new one that has no name here does not compile. */
const FORMATS: Readonly<Record<Exclude<Format, 'json'>, string>> = {
  csv: 'CSV',
  jsonl: 'JSON, a line each',
  hledger: 'hledger',
  beancount: 'Beancount',
  'quickbooks-online': 'QuickBooks Online',
  'quickbooks-desktop': 'QuickBooks Desktop',
  xero: 'Xero',
  netsuite: 'NetSuite',
};

/** What people take away: the journal for their accounting program, the pack for their auditor, and how far the ledger is sealed. */
export function Files({ period, round }: PeriodProps) {
  const { id, state, versions } = period;
  const [version, setVersion] = useState('');
  const [currency, setCurrency] = useState('');
  const range = query({ from: period.from, to: period.to });
  const balance = useData(
    `balance ${range}`,
    () => api<Schemas['TrialBalance']>(`/v1/books/trial-balance${range}`),
    round,
  );
  const currencies =
    balance.state === 'ready' ? [...new Set(balance.value.data.map((row) => row.currency))].sort() : [];
  const path = `/v1/periods/${encodeURIComponent(id)}`;
  return (
    <section id="files">
      <h3>To take away</h3>
      <form class="choices" onSubmit={(event) => event.preventDefault()}>
        {versions.length > 0 && (
          <Choice
            label="Version"
            value={version}
            options={[
              ['', state === 'closed' ? 'the one in force' : 'as known now'],
              ...versions.map((each): [string, string] => [String(each.version), `closed as version ${each.version}`]),
            ]}
            onPick={setVersion}
          />
        )}
        <Choice
          label="Currency"
          value={currency}
          options={[['', 'all'], ...currencies.map((each): [string, string] => [each, each])]}
          onPick={setCurrency}
        />
      </form>
      <p>The journal{state === 'closed' || version !== '' ? ' as it was closed' : ' as it is known now'}:</p>
      <ul class="files">
        {Object.entries(FORMATS).map(([format, name]) => (
          <li>
            <a
              href={`${path}/journal${query({ format, version: version || undefined, currency: currency || undefined })}`}
              download
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
      {versions.length > 0 ? (
        <p>
          <a href={`${path}/pack${query({ version: version || undefined })}`} download>
            The pack
          </a>{' '}
          for an auditor: numbers, journal, ledger entries, their proofs and a verifier that needs no server.
        </p>
      ) : (
        <p class="hint">The pack for an auditor is there once the period was closed.</p>
      )}
      <Sealed period={period} round={round} />
    </section>
  );
}

/** Whether what was closed can be proved to others: the close is an entry of the ledger, and a signed root covers it. */
function Sealed({ period: { versions }, round }: Pick<PeriodProps, 'period' | 'round'>) {
  const position = versions.at(-1)?.closed_position;
  return (
    <dl>
      {position !== undefined && <CoveredBy position={position} round={round} />}
      <dt>Key</dt>
      <dd>
        <SealKey />
      </dd>
    </dl>
  );
}

function CoveredBy({ position, round }: { position: number; round: number }) {
  const path = `/v1/ledger/checkpoints${query({ cursor: String(position - 1), limit: '1' })}`;
  const first = useData(path, () => api<Schemas['CheckpointPage']>(path), round);
  return (
    <>
      <dt>Sealed</dt>
      <dd>
        <Show data={first}>
          {({ data: [checkpoint] }) =>
            checkpoint
              ? `The close at position ${position} is under the signed root of ${figure(checkpoint.size)} entries`
              : `The close at position ${position} is under no signed root yet`
          }
        </Show>
      </dd>
    </>
  );
}

function SealKey() {
  const key = useData('seal key', () => api<Schemas['SealKey']>('/v1/ledger/key'));
  return <Show data={key}>{({ fingerprint }) => <code>{fingerprint}</code>}</Show>;
}

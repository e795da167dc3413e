import type { Detail } from '../../api.ts';
import { figure, percent } from '../../format.ts';
import { Table } from '../../table.tsx';
import { words } from '../../words.ts';

type Found = NonNullable<Detail['concentration']>;
type Finding = Found['findings'][number];

/** What the missing have in common. That nothing differs is an answer too, and is said. */
export function Concentration({ row }: { row: Detail }) {
  const found = row.concentration;
  if (!found) return null;
  return (
    <>
      <p>{verdictOf(found)}</p>
      {found.findings.length > 0 && (
        <Table<Finding>
          caption="Where more is lost than elsewhere"
          file={`concentration-${row.metric}-${row.day}`}
          rows={found.findings}
          columns={[
            { title: 'Of', text: ({ dimension }) => words(dimension) },
            { title: 'Is', text: ({ value }) => value },
            { title: 'Lost', numeric: true, text: ({ lost, of }) => `${figure(lost)} of ${figure(of)}` },
            { title: 'Share', numeric: true, text: (each) => percent(each.lost_pct) },
            { title: 'Elsewhere', numeric: true, text: (each) => percent(each.elsewhere_pct) },
            {
              title: 'More by (99 %)',
              numeric: true,
              text: ({ difference }) => difference.map((each) => each.toFixed(1)).join(' to ') + ' points',
            },
            { title: 'Explains', numeric: true, text: ({ excess }) => `${excess.toFixed(1)} losses` },
          ]}
        />
      )}
    </>
  );
}

function verdictOf({ verdict, findings, known }: Found): string {
  const looked = Object.keys(known).map(words).join(', ');
  if (verdict === 'uniform')
    return `Uniform: nothing that was looked at (${looked}) loses more than the rest, as far as 99 % certainty can tell.`;
  if (verdict === 'too_few')
    return 'Too few are missing, or too little is known of them, to say where they concentrate.';
  const [first] = findings;
  if (!first) return '';
  return `The loss concentrates: ${words(first.dimension)} ${first.value} loses ${percent(first.lost_pct)}, everything else ${percent(first.elsewhere_pct)}.`;
}

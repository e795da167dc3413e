// npm run bench: ingest beside what a team would write by hand, memory under sustained ingest, interpretation, the rebuild. Prints every turn, then the summary,
// and keeps both in bench/results/. npm run bench -- --seconds 5 --rounds 5 --connections 64,256 --entries 100000,1000000
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { interpretBench } from './interpret.mjs';
import { INGEST_OPTIONS, ingestBench, ingestSettings, summary, sustained } from './ingest.mjs';
import { machineFacts } from './machine.mjs';
import { rebuildBench } from './rebuild.mjs';

const { values } = parseArgs({
  options: {
    ...INGEST_OPTIONS,
    only: { type: 'string', default: 'ingest,sustained,interpret,rebuild' },
    sustained: { type: 'string', default: '60' },
    entries: { type: 'string', default: '100000,1000000' },
    'rebuild-rounds': { type: 'string', default: '1' },
  },
});
const parts = values.only.split(',');
const print = (line) => console.log(JSON.stringify(line));

build();
const machine = await machineFacts();
print({ machine });
if (parts.includes('ingest')) {
  const settings = ingestSettings(values);
  const turns = await ingestBench(settings, print);
  const rows = summary(turns);
  keep('ingest', { machine, settings, summary: rows, turns });
  rows.forEach(print);
}
if (parts.includes('sustained')) {
  const turn = await sustained(Number(values.sustained));
  keep('sustained', { machine, turn });
  print(turn);
}
if (parts.includes('interpret')) keep('interpret', { machine, results: await interpretBench(40_000, 7, print) });
if (parts.includes('rebuild')) {
  const sizes = values.entries.split(',').map(Number);
  const rebuilds = await rebuildBench(sizes, Number(values['rebuild-rounds']), print);
  keep('rebuild', { machine, rebuilds });
}

function keep(name, results) {
  const folder = path.join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const rounds = results.turns?.map((turn) => JSON.stringify(turn));
  const text = JSON.stringify({ ...results, turns: undefined }, null, 1).replace(/\n\s{3,}/g, ' ');
  writeFileSync(
    path.join(folder, `${name}.json`),
    rounds ? `${text.slice(0, -2)},\n "turns": [\n  ${rounds.join(',\n  ')}\n ]\n}\n` : `${text}\n`,
  );
}

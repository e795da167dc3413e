import type { Day, Zone } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import type { SubjectTag } from './evidence.js';
import { type CountsOf, countInputs } from './inputs.js';
import { type Limits, LIMITS } from '../sift/limits.js';
import { SEARCH_DAYS } from './load-day.js';
import { canSift, knownAround, loadSection, type SectionData } from './load-section.js';
import type { ReconciledMetric } from '../reconciled-metrics.js';
import { oneAhead } from '../sift/one-ahead.js';
import { withinSavepoint } from './savepoint.js';
import { sift, type Sifted } from '../sift/sift.js';
import type { AnySource, Reader } from '../source.js';

export interface TogetherGiven {
  source: AnySource;
  metric: ReconciledMetric;
  zone: Zone;
  subjectTag?: SubjectTag;
  log?: (line: string, error: unknown) => void;
  /** Whether days are compared to the end: events come with where they came from, and what is needed beside them is asked ahead. */
  described: boolean;
  /** Where they differ from `LIMITS`. */
  limits?: Partial<Limits>;
}

/** Two that see one state, each in a transaction of its own. */
export interface Readers {
  /** Reads the days, one after the other. */
  packer: Reader;
  /** Is asked for whatever else they need, by nobody but who stands in this line. */
  loader: Reader;
  inLine: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Days in a row. Without `data` they are to be loaded alone, because too little of them is plain. */
export interface Section {
  days: readonly Day[];
  data?: SectionData & { counts?: CountsOf };
}

/** For what PostgreSQL packs, which it otherwise writes out and reads again; until the end of the transaction. */
const WORK_MEM = '64MB';
// What is looked up by id is near, in memory.
const LOADING = `set local work_mem = '${WORK_MEM}'; set local random_page_cost = 1.1`;

/** All days, section after section; it ends early where days cannot be read together. */
export async function* loadTogether(
  readers: Readers,
  days: readonly Day[],
  given: TogetherGiven,
): AsyncGenerator<Section> {
  const { packer, loader } = readers;
  const { source, metric, zone, log, described } = given;
  const limits = { ...LIMITS, ...given.limits };
  if (!canSift(source, metric)) return;
  const opened = source.open(loader);
  if (!(await opened.maps(metric.kind, false))) return;
  await loader.query(LOADING);
  // Groups are counted wrongly beforehand, so that sorting them passes for cheap.
  await packer.query(`${LOADING}; set local enable_sort = off; savepoint packing`);
  const failed = (error: unknown): undefined => {
    if (error instanceof Problem) throw error; // nothing else can be loaded either
    log?.(`${source.name}, ${metric.name}: days are not loaded together`, error);
    return undefined;
  };
  const aside = <T>(work: () => Promise<T>): Promise<T> => readers.inLine(() => withinSavepoint(loader, work));
  const of = { ...given, reader: loader, source: opened, aside };
  const known = knownAround(of);
  const load = async (sifted: Sifted): Promise<Section['data']> => ({
    ...(await loadSection(of, sifted, known)),
    counts: described ? await countInputs(loader, metric, sifted.days, zone) : undefined,
  });
  try {
    const sections = sift(packer, source.open(packer).table!, { ...given, limits, days, around: SEARCH_DAYS });
    for await (const { days: some, sifted } of oneAhead(sections)) {
      const isPlain = sifted && Math.max(sifted.loose.length, sifted.rows.length) <= limits.loose;
      const data = isPlain ? await aside(() => load(sifted)).catch(failed) : undefined;
      if (described) data?.begin();
      yield { days: some, data };
    }
  } catch (error) {
    failed(error);
    await packer.query('rollback to savepoint packing');
  }
}

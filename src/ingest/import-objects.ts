import type { BalanceLine } from './balance-line.js';
import { Problem } from '../kernel/errors.js';
import type { TimeRange } from './event-list.js';
import { type ObjectFile, openObjectFile } from './object-file.js';
import type { ImportProgress, ImportStore } from './import-store.js';
import type { AsOf, ObjectList, ObjectPage, ObjectSource, ReadLine, ReadObject } from './object-list.js';
import { type Imported, nothing, settle, type SettleDeps } from './settle-objects.js';

const DAY_MS = 86_400_000;
const SWEEP = 'sweep';
const SWEPT_DAYS_MAX = 35; // at the first sweep, and after a long pause: a month and what is late of it
const TOGETHER = 500; // objects of a file that are made durable together
const LOTS_MAX = 3; // of these on their way: one is read and sealed while another is written

/** A provider whose objects can be read; `list` where its interface can be asked. */
export interface ImportSource {
  source: ObjectSource;
  list?: ObjectList;
}

export interface ImportDeps extends SettleDeps {
  sources: readonly ImportSource[];
  store: ImportStore;
}

export interface ImportOptions {
  /** Stops after the page or the lines at hand; the same call goes on from there. */
  signal?: AbortSignal;
  /** Parts done and parts in all: days of lists, or bytes of files. */
  onProgress?: (done: number, total: number) => void;
}

export interface FileOptions extends ImportOptions {
  /** When the objects were as the file has them. Default: some time before now, so that events count more. */
  asOf?: Date;
  /** Whether objects that do not say so belong to test mode. */
  testMode?: boolean;
}

/** Objects as they are now, for history from before the service existed or that no webhook and no list of events brought. */
export interface Imports {
  /** Lists of a provider by name. Throws Problem `invalid_request` for one of which nothing can be read. */
  listsOf(provider: string): readonly string[];
  /** Providers that can be asked. */
  readonly providers: readonly string[];
  /** Reads lists of objects made within a range. Goes on where an earlier call with the same range was stopped. */
  lists(provider: string, names: readonly string[], range: TimeRange, options?: ImportOptions): Promise<Imported>;
  /** Reads a file: JSON Lines of objects, or CSV of a report. Goes on where an earlier call with the same file was stopped. */
  file(provider: string, path: string, options?: FileOptions): Promise<Imported>;
  /** Reads what was made since the last sweep, and some days before, of the lists that no event makes whole. What a provider refuses is noted. */
  sweep(provider: string): Promise<Imported>;
  /** Keeps objects that a report has as rows. */
  rows(provider: string, objects: readonly ReadObject[]): Promise<void>;
  /** The provider's own statement of its balance within a range, a page at a time; undefined where it cannot be asked. */
  statement(provider: string, range: TimeRange): AsyncIterable<BalanceLine[]> | undefined;
  /** How the last reading of a list within exactly this range went. */
  progress(provider: string, name: string, range: TimeRange): Promise<ImportProgress | undefined>;
}

export function createImports(deps: ImportDeps): Imports {
  const { store, clock } = deps;
  const sourceOf = (name: string): ImportSource => {
    const found = deps.sources.find(({ source }) => source.provider.name === name);
    if (!found) throw new Problem('invalid_request', `No objects of ${name} can be read.`);
    return found;
  };

  return {
    listsOf: (provider) => {
      const { lists } = sourceOf(provider).source;
      if (lists.length === 0) throw new Problem('invalid_request', `${provider} has no lists that can be read.`);
      return lists;
    },
    providers: deps.sources.flatMap(({ source, list }) => (list ? [source.provider.name] : [])),
    async progress(provider, name, range) {
      const { list } = sourceOf(provider);
      return list && store.find(keyOf(provider, list.live, name, ...endsOf(range)));
    },

    async lists(provider, names, range, { signal, onProgress = () => undefined } = {}) {
      const { source, list } = sourceOf(provider);
      if (!list) throw new Problem('invalid_request', `${provider} cannot be asked: its API key is not set.`);
      const unknown = names.find((name) => !source.lists.includes(name));
      if (unknown !== undefined)
        throw new Problem('invalid_request', `There is no list "${unknown}"; there are ${source.lists.join(', ')}.`);
      if (range.from >= range.until) throw new Problem('invalid_request', 'The range is empty.');
      const days = Math.ceil((range.until.getTime() - range.from.getTime()) / DAY_MS);
      const imported = nothing();
      for (const [nth, name] of names.entries()) {
        const key = keyOf(provider, list.live, name, ...endsOf(range));
        await readList(deps, source, list, { key, name, range }, imported, signal, (reached) =>
          onProgress(nth * days + Math.min(days, (range.until.getTime() - reached) / DAY_MS), names.length * days),
        );
        if (!imported.done) break;
        onProgress((nth + 1) * days, names.length * days);
      }
      return imported;
    },

    async rows(provider, objects) {
      if (objects.length === 0) return;
      const asOf: AsOf = { at: clock(), is: 'known' };
      await settle(deps, sourceOf(provider).source, objects, asOf, 'report', nothing());
    },

    statement(provider, range) {
      const found = deps.sources.find(({ source }) => source.provider.name === provider);
      return found?.list && found.source.statement && statementOf(found.list, found.source.statement, range);
    },

    sweep: (provider) => sweep(deps, sourceOf(provider)),

    async file(provider, path, options = {}) {
      const { source } = sourceOf(provider);
      if (!source.parse) throw new Problem('invalid_request', `No files of ${provider} can be read.`);
      const file = await openObjectFile(path);
      const key = keyOf(provider, !options.testMode, file.name, file.digest);
      const asOf: AsOf = options.asOf ? { at: options.asOf, is: 'known' } : { at: clock(), is: 'assumed' };
      if (asOf.at > clock()) throw new Problem('invalid_request', 'The time of the objects lies in the future.');
      const imported = nothing();
      await readFile(deps, source, file, { key, asOf, options }, imported);
      return imported;
    },
  };
}

/** Live and test mode are read apart: what one knows, the other refuses. */
const keyOf = (provider: string, live: boolean, ...what: readonly string[]): string =>
  [provider, live ? 'live' : 'test', ...what].join(' ');
const endsOf = ({ from, until }: TimeRange): string[] => [from.toISOString(), until.toISOString()];

async function sweep(deps: ImportDeps, { source, list }: ImportSource): Promise<Imported> {
  const { store, clock } = deps;
  const imported = nothing();
  const now = clock();
  if (!list) return imported;
  for (const [name, days] of Object.entries(source.swept)) {
    const key = keyOf(source.provider.name, list.live, name, SWEEP);
    const since = (await store.sweptUntil(key))?.getTime() ?? -Infinity;
    const from = new Date(Math.max(now.getTime() - SWEPT_DAYS_MAX * DAY_MS, since - days * DAY_MS));
    try {
      await readList(deps, source, list, { key, name, range: { from, until: now } }, imported);
    } catch (error) {
      // A key that may not read this can still be good for other things; the tie-out says what is not there.
      if (!(error instanceof Problem) || error.code !== 'invalid_request') throw error;
    }
  }
  return imported;
}

async function* statementOf(
  list: ObjectList,
  { list: name, line }: NonNullable<ObjectSource['statement']>,
  range: TimeRange,
): AsyncGenerator<BalanceLine[]> {
  let cursor: string | undefined;
  do {
    const page = await list.page(name, range, cursor);
    yield page.objects.map(line);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** Page by page; each is durable before its cursor is. */
async function readList(
  deps: ImportDeps,
  source: ObjectSource,
  list: ObjectList,
  { key, name, range }: { key: string; name: string; range: TimeRange },
  imported: Imported,
  signal?: AbortSignal,
  onReached: (reached: number) => void = () => undefined,
): Promise<void> {
  const { store, clock } = deps;
  const begun = await store.begin(key, clock());
  imported.listed += begun.listed;
  imported.recorded += begun.recorded;
  try {
    for (let cursor = begun.cursor, isFirst = true; ; isFirst = false) {
      if (signal?.aborted) return void (imported.done = false);
      const asOf: AsOf = { at: clock(), is: 'known' };
      const page = await (isFirst ? goOn(list, name, range, cursor) : list.page(name, range, cursor ?? undefined));
      const recorded = await settle(deps, source, page.objects, asOf, `${source.provider.name}-api`, imported);
      cursor = page.next;
      const done = cursor === null ? clock() : undefined;
      await store.advance(key, { cursor, listed: page.objects.length, recorded, done });
      if (page.reaches) onReached(page.reaches.getTime());
      if (done) return;
    }
  } catch (error) {
    if (error instanceof Problem) await store.failed(key, error.detail).catch(() => undefined);
    throw error;
  }
}

/**
 * The page at which an earlier attempt stopped. Of a cursor that is not known any more, because its object was deleted, the list begins again:
 * what was read before is a duplicate. Where the beginning is refused as well, something else is wrong, and the cursor stays.
 */
async function goOn(list: ObjectList, name: string, range: TimeRange, cursor: string | null): Promise<ObjectPage> {
  try {
    return await list.page(name, range, cursor ?? undefined);
  } catch (error) {
    if (cursor === null || !(error instanceof Problem) || error.code !== 'invalid_request') throw error;
    return list.page(name, range);
  }
}

/** Some lines at a time, so that memory does not grow with the file; a lot and all before it are durable before its last line is remembered. */
async function readFile(
  deps: ImportDeps,
  source: ObjectSource,
  file: ObjectFile,
  { key, asOf, options }: { key: string; asOf: AsOf; options: FileOptions },
  imported: Imported,
): Promise<void> {
  const { store, clock } = deps;
  const begun = await store.begin(key, clock());
  imported.listed += begun.listed;
  imported.recorded += begun.recorded;
  const readBefore = Number(begun.cursor ?? 0);
  const onTheirWay: Promise<void>[] = [];
  const settling = new Set<Promise<unknown>>();
  const put = (lot: readonly ReadLine[], done?: Date): void => {
    const objects = lot.flatMap((line) => line.objects);
    const kept = settle(deps, source, objects, asOf, 'file', imported).finally((): boolean => settling.delete(kept));
    settling.add(kept);
    const remember = async (before: Promise<void> | undefined): Promise<void> => {
      const [recorded] = await Promise.all([kept, before]);
      const cursor = String(lot.at(-1)?.line ?? readBefore);
      await store.advance(key, { cursor, listed: objects.length, recorded, done });
      options.onProgress?.(file.bytesRead(), file.bytes);
    };
    const remembered = remember(onTheirWay.at(-1));
    remembered.catch(() => undefined); // heard where it is awaited
    onTheirWay.push(remembered);
  };
  let lot: ReadLine[] = [];
  const content = file.content();
  try {
    for await (const line of source.parse!(file.name, content, !options.testMode)) {
      if (line.line <= readBefore) continue;
      lot.push(line);
      if (lot.length < TOGETHER) continue;
      if (onTheirWay.length === LOTS_MAX) await onTheirWay.shift();
      if (options.signal?.aborted) return void (imported.done = false);
      put(lot);
      lot = [];
    }
    await onTheirWay.at(-1);
    put(lot, clock());
    await onTheirWay.at(-1);
  } finally {
    content.destroy();
    // Also of lots behind one that failed: whoever closes the database next must not close it under them.
    await Promise.allSettled([...settling, ...onTheirWay]);
  }
}

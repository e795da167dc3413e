import { on } from 'node:events';
import type { MessagePort, Worker } from 'node:worker_threads';
import type { Interpret } from '../catalog/facts.js';
import type { Position } from '../ledger/ledger.js';
import type { Flow } from '../storage/copy-out.js';
import { type FactPage, type Meaning, PageMaker, type ReadEntry, type ReadFacts } from './fact-pages.js';

/*
 * Reading and interpreting in a thread of its own, so that a rebuild has a second core. What goes from thread to thread is text, a
 * hundred entries each, and whoever folds it parses it when its turn comes. It goes as bytes that change hands: they are not copied, and
 * while a page waits they are no part of the heap, whose collector would move them twice and count them as growth.
 */

/** The part of the feed that a thread interprets: positions after one, up to another. */
export interface FactRange {
  after: Position;
  until: Position;
}

interface Sent extends Omit<FactPage, 'known'> {
  texts: Uint8Array<ArrayBuffer>[];
}
type Message = Sent | 'done';

const ENTRIES_PER_TEXT = 100;
const ENTRIES_PER_PAGE = 15_000;
const BYTES_PER_PAGE_MAX = 16 * 1024 * 1024;
/** Pages that may wait for whoever folds them. */
const PAGES_AHEAD_MAX = 2;
/** Positions that one statement reads: a long one would keep the database from tidying up. */
const POSITIONS_PER_READ = 100_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export type ReadEntries = (range: FactRange, onEntry: (entry: ReadEntry, flow: Flow) => void) => Promise<void>;

/** In the thread: interprets a range and sends its pages. */
export async function sendFacts(
  port: MessagePort,
  { after, until }: FactRange,
  read: ReadEntries,
  interpret: Interpret,
): Promise<void> {
  let ahead = 0;
  let paused: Flow | undefined;
  let maker = new PageMaker(interpret);
  let texts: Sent['texts'] = [];
  let bytes = 0;
  const pack = (): void => {
    if (maker.known.length === 0) return;
    const text = encoder.encode(JSON.stringify(maker.known.splice(0)));
    bytes += text.length;
    texts.push(text);
  };
  const send = (): void => {
    pack();
    const { last, wanted, unknown, parked } = maker.page();
    const message: Message = { last, wanted, unknown, parked, texts };
    port.postMessage(
      message,
      texts.map(({ buffer }) => buffer),
    );
    ahead += 1;
    maker = new PageMaker(interpret);
    texts = [];
    bytes = 0;
  };
  port.on('message', () => {
    ahead -= 1;
    if (ahead < PAGES_AHEAD_MAX) paused?.resume();
  });
  for (let from = after; from < until; from += POSITIONS_PER_READ) {
    await read({ after: from, until: Math.min(until, from + POSITIONS_PER_READ) }, (entry, flow) => {
      maker.add(entry);
      if (maker.known.length >= ENTRIES_PER_TEXT) pack();
      if (maker.entries < ENTRIES_PER_PAGE && bytes < BYTES_PER_PAGE_MAX) return;
      send();
      if (ahead >= PAGES_AHEAD_MAX) (paused = flow).pause();
    });
  }
  if (maker.entries > 0) send();
  port.postMessage('done' satisfies Message);
  port.removeAllListeners('message');
}

/** Beside the thread: the pages of a range, read ahead while one is folded. Throws what failed in the thread. */
export function factsAside(start: (range: FactRange) => Worker): ReadFacts {
  return async function* (after, until) {
    const worker = start({ after, until });
    try {
      for await (const [message] of on(worker, 'message', { close: ['exit'] }) as AsyncIterable<[Message]>) {
        if (message === 'done') return;
        yield { ...message, known: { [Symbol.iterator]: () => parsed(message.texts) } };
        worker.postMessage('folded');
      }
      throw new Error('the thread that interprets entries ended early');
    } finally {
      await worker.terminate();
    }
  };
}

function* parsed(texts: Sent['texts']): Generator<Meaning> {
  for (const text of texts) yield* JSON.parse(decoder.decode(text)) as Meaning[];
}

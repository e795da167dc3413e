import { EventEmitter } from 'node:events';
import { MessageChannel, type Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import type { Fact, InterpretableEntry } from '../../../src/catalog/facts.js';
import type { FactPage, Meaning, ReadEntry } from '../../../src/projections/fact-pages.js';
import { factsAside, type ReadEntries, sendFacts } from '../../../src/projections/facts-aside.js';

const PAGE = 15_000;
const signUp = (n: number): Fact => ({
  ...{ type: 'UserSignedUp', subject: `user:u${n}`, effect: 'signed_up', stamp: String(n), fields: { at: n } },
});

const entryAt = (position: number): ReadEntry => ({
  ...{ id: `e${position}`, position, type: 'test', schemaVersion: 1, origin: 'test', account: '', attributes: {} },
  ...{ originEventId: String(position), occurredAt: position, body: JSON.stringify([signUp(position)]) },
});
const interpret = ({ type, body }: InterpretableEntry) => (type === 'odd' ? undefined : (body as Fact[]));

/** A worker that is none: what a thread would run, at the other end of a channel. */
function threadOf(read: ReadEntries) {
  const { port1, port2 } = new MessageChannel();
  const worker = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => port1.postMessage(message),
    terminate: () => {
      port1.close();
      return Promise.resolve(0);
    },
  });
  port1.on('message', (message) => worker.emit('message', message));
  const start = (range: { after: number; until: number }): Worker => {
    sendFacts(port2, range, read, interpret).catch((error: unknown) => worker.emit('error', error));
    return worker as unknown as Worker;
  };
  return factsAside(start);
}

/** Reads positions as a server sends them: on and on, but not while it is held back. */
function feed(heldBack: number[] = [], entry = entryAt): ReadEntries {
  return async ({ after, until }, onEntry) => {
    let resume: (() => void) | undefined;
    let wait: Promise<void> | undefined;
    const flow = {
      pause: () => (wait ??= new Promise<void>((resolve) => (resume = resolve))),
      resume: () => resume?.(),
    };
    for (let position = after + 1; position <= until; position++) {
      if (wait) {
        heldBack.push(position);
        await wait;
        wait = undefined;
      }
      onEntry(entry(position), flow);
    }
  };
}

async function collect(pages: AsyncIterable<FactPage>): Promise<{ pages: FactPage[]; known: Meaning[] }> {
  const all: FactPage[] = [];
  for await (const page of pages) all.push(page);
  return { pages: all, known: all.flatMap((page) => [...page.known]) };
}

describe('given a long stretch of the feed that a thread interprets', () => {
  it('then every entry arrives once and in order, in pages that may be read again', async () => {
    const until = 2 * PAGE + 7;
    const { pages, known } = await collect(threadOf(feed())(3, until));
    expect(pages.map(({ last }) => last)).toEqual([PAGE + 3, 2 * PAGE + 3, until]);
    expect(known).toEqual(
      Array.from({ length: until - 3 }, (_, n) => ({ position: n + 4, id: `e${n + 4}`, facts: [signUp(n + 4)] })),
    );
    expect([...pages[2]!.known]).toEqual(known.slice(2 * PAGE));
    expect(pages[2]!.wanted.nodes).toEqual(known.slice(2 * PAGE).map(({ facts }) => facts[0]!.subject));
  });

  it('then it reads no more than two pages ahead of whoever folds them', async () => {
    const heldBack: number[] = [];
    for await (const page of threadOf(feed(heldBack))(0, 5 * PAGE)) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(heldBack.every((position) => position <= page.last + 2 * PAGE + 1)).toBe(true);
    }
    expect(heldBack.length).toBeGreaterThan(0);
  });

  it('then unknown types and what cannot be read arrive beside the rest', async () => {
    const entry = (position: number): ReadEntry => ({
      ...entryAt(position),
      ...(position === 2 ? { type: 'odd' } : position === 3 ? { body: '{' } : {}),
    });
    const { pages, known } = await collect(threadOf(feed([], entry))(0, 4));
    expect(known.map(({ position }) => position)).toEqual([1, 4]);
    expect(pages[0]!.unknown).toEqual([{ type: 'odd', position: 2 }]);
    expect(pages[0]!.parked).toMatchObject([{ entry: { id: 'e3', position: 3 }, reason: 'not_interpretable' }]);
  });

  it('when reading fails there, then it fails here', async () => {
    const failing: ReadEntries = () => Promise.reject(new Error('the server is away'));
    await expect(collect(threadOf(failing)(0, 9))).rejects.toThrow('the server is away');
  });

  it('when the thread ends before it is done, then that is an error and no shorter feed', async () => {
    const worker = Object.assign(new EventEmitter(), { terminate: () => Promise.resolve(0) });
    const pages = collect(factsAside(() => worker as unknown as Worker)(0, 9));
    worker.emit('exit', 1);
    await expect(pages).rejects.toThrow('ended early');
  });

  it('when it is longer than one statement reads, then the statements follow on each other', async () => {
    const ranges: number[][] = [];
    const read: ReadEntries = ({ after, until }) => Promise.resolve(void ranges.push([after, until]));
    await collect(threadOf(read)(7, 250_000));
    expect(ranges).toEqual([
      ...[
        [7, 100_007],
        [100_007, 200_007],
        [200_007, 250_000],
      ],
    ]);
  });

  it('when entries mean much, then a page ends sooner', async () => {
    const [facts, text] = [100, 'x'.repeat(500)];
    const entry = (position: number): ReadEntry => {
      const fact = { ...signUp(position), fields: { at: position, text } };
      return { ...entryAt(position), body: JSON.stringify(Array.from({ length: facts }, () => fact)) };
    };
    const until = 500;
    const { pages, known } = await collect(threadOf(feed([], entry))(0, until));
    expect(pages.length).toBeGreaterThan(1);
    expect(known.map(({ position }) => position)).toEqual(Array.from({ length: until }, (_, n) => n + 1));
  });
});

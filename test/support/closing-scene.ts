import { createHmac, randomUUID } from 'node:crypto';
import { defaultChannels } from '../../src/catalog/channels.js';
import type { Fact } from '../../src/catalog/facts.js';
import type { Metric } from '../../src/catalog/subjects.js';
import type { CloseDeps } from '../../src/close/close-deps.js';
import { openClosings } from '../../src/close/period/closing-store.js';
import { type Close, createClose } from '../../src/close/create-close.js';
import { calendarMonths } from '../../src/close/fiscal-calendar.js';
import { CompletenessStore } from '../../src/ingest/completeness-store.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { Zone } from '../../src/kernel/day.js';
import { metrics as allMetrics } from '../../src/metrics/index.js';
import type { ProjectionDeps, Projections } from '../../src/projections/create-projections.js';
import { createReport, type Report } from '../../src/report/create-report.js';
import { GivenBooks } from './given-books.js';
import { projectedLedger, type ProjectedLedger } from './projected-ledger.js';

export const ZONE = new Zone('UTC');
const clock = (): Date => new Date('2026-12-20T12:00:00Z');

/** A version of the service: what it measures, how it reads entries. */
export interface Build {
  metrics?: readonly Metric[];
  interpret?: ProjectionDeps['interpret'];
  interpreterVersion?: string;
  close?: Partial<CloseDeps>;
}

/** A ledger of facts with its numbers and its close, in a database of its own; the time is the 20th of December 2026. */
export class ClosingScene {
  readonly books = new GivenBooks();
  report!: Report;
  close!: Close;
  deps!: CloseDeps;
  projections!: Projections;

  private constructor(readonly at: ProjectedLedger) {}

  static async open(): Promise<ClosingScene> {
    const scene = new ClosingScene(await projectedLedger(clock()));
    await scene.build();
    await scene.projections.start();
    return scene;
  }

  stop = (): Promise<void> => this.at.close();

  /** Another version over the same ledger; it reads the model as it is, until it is rebuilt. */
  async build({ metrics = allMetrics, interpret, interpreterVersion = '1', close = {} }: Build = {}): Promise<void> {
    const { database, ledger } = this.at;
    const over = { metrics, interpreterVersion, ...(interpret ? { interpret } : {}) };
    const projections = (this.projections = this.at.make(over));
    const closings = await openClosings({ database, ledger, clock, zone: ZONE, calendar: calendarMonths });
    const { modelVersion } = projections;
    const completeness = new CompletenessStore(database);
    const shared = { database, ledger, clock, zone: ZONE, metrics, completeness, closings };
    const named = { modelVersion, domainEvents: () => ({}), channels: defaultChannels };
    this.report = createReport({ ...shared, ...named, vault: {} as never });
    this.deps = {
      ...{ ...shared, calendar: calendarMonths, books: this.books, tieOuts: { state: () => Promise.resolve([]) } },
      versions: { model: modelVersion, interpreters: interpreterVersion, fold: 1 },
      contentMac: (value) => createHmac('sha256', 'test').update(canonicalJson(value)).digest(),
      modelPosition: () => projections.currentPosition(),
      numbers: (days, closing) => this.report.numbers(days, closing),
      seal: noSeal,
      ...close,
    };
    this.close = createClose(this.deps);
  }

  async record(...entries: Fact[][]): Promise<void> {
    await this.at.record(...entries);
    await this.projections.catchUp();
  }

  /** Closes a period, by two people. */
  async closes(id: string): Promise<void> {
    await closeByTwo(this.close, id);
    await this.projections.catchUp();
  }

  async reopens(id: string): Promise<void> {
    await reopenByTwo(this.close, id);
    await this.projections.catchUp();
  }
}

/** Names a seal and writes none: for closes that are about something else. */
export const noSeal: CloseDeps['seal'] = {
  covering: (size) =>
    Promise.resolve({ origin: 'test', size, root: Buffer.of(), signedAt: new Date(0), signature: Buffer.of() }),
  enter: (why) =>
    Promise.resolve({
      ...{ ...why, day: '2026-12-20', position: 1 },
      checkpoint: { origin: 'test', size: 1, root: '', signed_at: '', signature: '', key_id: '' },
    }),
};

export const person = (name: string) => ({ actor: `key:${name}`, name, correlationId: randomUUID() });

let stamp = 0;
const fact = (given: Pick<Fact, 'type' | 'subject' | 'effect' | 'fields'> & Partial<Fact>): Fact => ({
  stamp: String(++stamp).padStart(9, '0'),
  ...given,
});
const at = (day: string): number => Date.parse(`${day}T10:00:00Z`);

export const signUp = (user: string, day: string): Fact =>
  fact({ type: 'UserSignedUp', subject: `user:${user}`, effect: 'signed_up', fields: { at: at(day) } });
export const touched = (user: string, day: string, source: string): Fact =>
  fact({
    ...{ type: 'TouchRecorded', subject: `user:${user}`, effect: `touch:${source}.${day}` },
    fields: { at: at(day), source, medium: 'cpc', campaign: '' },
  });
export const paid = (user: string, payment: string, day: string, amount: number): Fact =>
  fact({
    ...{ type: 'PaymentCaptured', subject: `payment:${payment}`, effect: 'captured', nodes: [`user:${user}`] },
    fields: { at: at(day), amount: String(amount), currency: 'USD' },
  });
export const refunded = (payment: string, day: string, amount: number): Fact =>
  fact({
    ...{ type: 'RefundChanged', subject: `payment:${payment}`, effect: `refund:${payment}.${day}` },
    fields: { at: at(day), amount: String(amount), currency: 'USD', status: 'succeeded' },
  });
export const subscribed = (user: string, day: string, mrr: number): Fact =>
  fact({
    ...{ type: 'SubscriptionState', subject: `subscription:${user}`, effect: `state:${day}`, nodes: [`user:${user}`] },
    fields: { at: at(day), status: 'active', mrr: String(mrr), currency: 'USD' },
  });

/** `proposal`: what is answered for. */
export async function closeByTwo(
  close: Close,
  id: string,
  proposal: Parameters<Close['propose']>[1] = {},
): Promise<void> {
  const { proposal: proposed } = await close.propose(id, proposal, person('Alice'));
  await close.approve(id, { digest: proposed!.digest }, person('Bob'));
  await close.close(id, person('Alice'));
}

export async function reopenByTwo(close: Close, id: string): Promise<void> {
  await close.reopen(id, { reason: 'something is wrong' }, person('Alice'));
  await close.reopen(id, {}, person('Bob'));
}

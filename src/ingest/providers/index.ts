import type { Provider } from '../provider.js';
import { adyen } from './adyen/adyen.js';
import { announcedReports } from './adyen/announced-reports.js';
import { adyenObjects } from './adyen/objects.js';
import { settlementDetails } from './adyen/reports.js';
import { squareEventList } from './square/event-list.js';
import { squareObjects } from './square/objects.js';
import { payoutEntries } from './square/reports.js';
import { square } from './square/square.js';
import type { OpenEventList } from '../event-list.js';
import type { ReportKind, ReportSource } from '../provider-report.js';
import type { ObjectSource } from '../object-list.js';
import { stripeEventList } from './stripe/event-list.js';
import { stripeObjects } from './stripe/objects.js';
import { balanceItemised, balanceSummary, payoutReconciliation } from './stripe/reports.js';
import { stripe } from './stripe/stripe.js';

/** The only list of payment providers. */
export const providers = { stripe, square, adyen } as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;

/** Providers that list the events they made. */
export const eventLists: Readonly<Partial<Record<ProviderName, OpenEventList>>> = {
  stripe: stripeEventList,
  square: squareEventList,
};

/** Providers of which objects can be read besides their events, from lists, files or reports. */
export const objectSources: Readonly<Partial<Record<ProviderName, ObjectSource>>> = {
  stripe: stripeObjects,
  square: squareObjects,
  adyen: adyenObjects,
};

/** Reports of their balance that providers make. */
export const reportKinds: readonly ReportKind[] = [
  balanceItemised,
  balanceSummary,
  payoutReconciliation,
  payoutEntries,
  settlementDetails,
];

/** Providers that say when they have made a report. */
export const reportSources: Readonly<Partial<Record<ProviderName, ReportSource>>> = { adyen: announcedReports };

/** Settings of the providers that are used; one that is left out has no door. */
export type ProviderSettings = {
  [Name in ProviderName]?: NonNullable<ReturnType<(typeof providers)[Name]['fromEnv']>>;
};

/** Names that no sender of `/v1/events` may use as its source. */
export const reservedOrigins: ReadonlySet<string> = new Set([...Object.keys(providers), 'truth-ledger']);

export const providerNamed = (name: string): Provider | undefined =>
  Object.values<Provider>(providers).find((provider) => provider.name === name);

/** Settings of every provider from the environment. Throws SetupError. */
export function providerSettings(env: Readonly<Record<string, string | undefined>>): ProviderSettings {
  const found = Object.entries(providers).map(([name, provider]) => [name, provider.fromEnv(env)] as const);
  return Object.fromEntries(found.filter(([, settings]) => settings !== undefined));
}

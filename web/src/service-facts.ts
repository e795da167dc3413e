import { api, ApiError, type Schemas } from './api.ts';
import { today } from './days.ts';
import { learnCurrencies, learnZone } from './format.ts';

export interface ServiceFacts {
  /** The zone that every day is in. */
  zone: string;
  /** The newest day with a comparison, else today. */
  newest: string;
}

/** What every view needs; the table of currencies and the zone are learnt by the way. Throws ApiError where the service does not say: none of it can be guessed. */
export async function loadFacts(): Promise<ServiceFacts> {
  const [{ time_zone: zone, currencies }, newest] = await Promise.all([
    api<Schemas['Catalog']>('/v1/catalog'),
    newestCompared(),
  ]);
  learnCurrencies(currencies);
  learnZone(zone);
  return { zone, newest: newest ?? today(zone) };
}

/** A demo's month may lie back. A key that may not read comparisons begins with today. */
async function newestCompared(): Promise<string | undefined> {
  try {
    const { data } = await api<Schemas['SourceList']>('/v1/sources');
    return data
      .flatMap(({ newest_compared: day }) => day ?? [])
      .sort()
      .at(-1);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

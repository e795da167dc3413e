import { all, api, ApiError, query, type Row, type Schemas } from './api.ts';
import { addDays, today } from './days.ts';
import { learnCurrencies } from './format.ts';

export interface ServiceFacts {
  /** The zone that every day is in. */
  zone: string;
  /** The newest day with a comparison, else today. */
  newest: string;
}

/** What every view needs, and the table of currencies. Throws ApiError where the service does not say: none of it can be guessed. */
export async function loadFacts(): Promise<ServiceFacts> {
  const { time_zone: zone, currencies } = await api<Schemas['Catalog']>('/v1/catalog');
  learnCurrencies(currencies);
  return { zone, newest: await newestCompared(today(zone)) };
}

/** Looked for in growing steps: a demo's month may lie back. A key that may not read comparisons begins with today. */
async function newestCompared(now: string): Promise<string> {
  for (const days of [31, 366]) {
    const path = `/v1/reconciliations${query({ metric: 'signups', from: addDays(now, -days), to: now, limit: '1000' })}`;
    try {
      const last = (await all<Row>(path)).rows.at(-1);
      if (last) return last.day;
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) break;
      throw error;
    }
  }
  return now;
}

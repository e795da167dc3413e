import { api, type Schemas } from './api.ts';
import { useData } from './use-data.ts';

/** How an actor is told: by the name that its key was given, and by the id that the ledger has; by the id alone until its name is known. */
export function useActors(): (actor: string) => string {
  const found = useData('actors', () => api<Schemas['ActorList']>('/v1/actors'));
  const names = new Map(found.state === 'ready' ? found.value.data.map(({ actor, name }) => [actor, name]) : []);
  return (actor) => {
    const name = names.get(actor);
    return name === undefined || actor === `key:${name}` ? actor : `${name} (${actor})`;
  };
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../..');
export const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

// The parser that comes with the OpenAPI document: what it reads, Docker and Kubernetes read too.
const own = createRequire(import.meta.url);
const { loadAll } = createRequire(own.resolve('@nestjs/swagger'))('js-yaml') as { loadAll(text: string): any[] };

export const compose = loadAll(textOf('docker-compose.yml'))[0];
const kubernetes = ['configuration', 'api', 'projector', 'worker'].flatMap((name) =>
  loadAll(textOf(`deploy/kubernetes/${name}.yaml`)),
);
export const ofKind = (kind: string): any[] => kubernetes.filter((each) => each.kind === kind);

export type Settings = Record<string, string>;

/** A container of the service as a file says it is started. */
export interface Part {
  role: string;
  command: string[];
  settings: Settings;
  /** Where its health is asked for, and on which port. */
  probes: { path: string; port: string }[];
}

/** The parts of docker-compose.yml with the values of a `.env` put in; throws for one that it asks for and that is not there. */
export function composeParts(roles: readonly string[], env: Settings): Part[] {
  return roles.map((role) => {
    const service = { ...compose.services[role]['<<'], ...compose.services[role] }; // the parser leaves a merge to us
    const settings = { ...env, ...withValues(service.environment, env) };
    return { role, command: service.command, settings, probes: [imageProbe()] };
  });
}

/** What a service of docker-compose.yml that is no part of ours has in its environment. */
export const engineSettings = (engine: string, env: Settings): Settings =>
  withValues(compose.services[engine].environment ?? {}, env);

/** The parts of deploy/kubernetes with the values of a secret put in. */
export function kubernetesParts(secret: Settings): Part[] {
  const [map, example] = [ofKind('ConfigMap')[0], ofKind('Secret')[0]];
  return ofKind('Deployment').map(({ spec }) => {
    const [container] = spec.template.spec.containers;
    const names = Object.fromEntries(container.ports.map((each: any) => [each.name, String(each.containerPort)]));
    const given = Object.fromEntries(Object.keys(example.stringData).map((name) => [name, secret[name]!]));
    const settings = container.envFrom.flatMap((from: any) =>
      from.configMapRef?.name === map.metadata.name
        ? [map.data]
        : from.secretRef?.name === example.metadata.name
          ? [given]
          : [],
    );
    return {
      ...{ role: container.name, command: container.command, settings: Object.assign({}, ...settings) },
      probes: ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => {
        const { path: where, port } = container[probe].httpGet;
        return { path: where, port: names[port]! };
      }),
    };
  });
}

/** What the image itself asks, of the port that the container listens on. */
function imageProbe(): Part['probes'][number] {
  const [, where] = /HEALTHCHECK[^]*?process\.env\.PORT \+ '([^']+)'/.exec(textOf('Dockerfile'))!;
  return { path: where!, port: compose['x-service'].environment.PORT };
}

function withValues(environment: Settings, env: Settings): Settings {
  const put = (_: string, name: string, how = '', text = ''): string => {
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    if (how === ':?') throw new Error(`${name}: ${text}`);
    return text;
  };
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{([A-Z_]+)(?:(:[?-])([^}]*))?\}/g, put),
    ]),
  );
}

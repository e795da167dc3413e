import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig, settingNames } from '../../../src/config.js';
import { ROLES } from '../../../src/service-types.js';
import { compose, ofKind, textOf as text } from '../../support/deployment-files.js';
import { startApp, type RunningApp } from './fake-service.js';

const ROOT = path.join(import.meta.dirname, '../../..');
/** Roles of a command line such as `node … dist/cli.js serve --role api`, after its program was found in the sources. */
function rolesOf(command: readonly string[]): string {
  const at = command.findIndex((word) => word.startsWith('dist/'));
  expect(existsSync(path.join(ROOT, command[at]!.replace(/^dist\/(.*)\.js$/, 'src/$1.ts')))).toBe(true);
  expect(command.slice(at + 1, -1)).toEqual(['serve', '--role']);
  return command.at(-1)!;
}

describe('docker-compose.yml', () => {
  it('starts each role once, each waiting for engines that are healthy', () => {
    const roles = ROLES.map((role) => {
      const service = compose.services[role];
      for (const engine of ['postgres', 'redis', 'kurrentdb']) {
        expect(compose['x-service'].depends_on[engine]).toEqual({ condition: 'service_healthy' });
        expect(compose.services[engine].healthcheck.test.length).toBeGreaterThan(1);
      }
      return rolesOf(service.command);
    });
    expect(roles).toEqual([...ROLES]);
  });

  it('names settings that there are, and volumes that are declared', () => {
    expect(settingNames).toEqual(expect.arrayContaining(Object.keys(compose['x-service'].environment)));
    const mounted = Object.values<any>(compose.services).flatMap(({ volumes = [] }) => volumes as string[]);
    expect(mounted.map((volume) => volume.split(':')[0]).sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('hands each role every setting of .env, and has its own for what the containers depend on', () => {
    for (const role of ROLES) {
      const {
        env_file: files,
        environment,
        volumes,
        ports = [],
      } = { ...compose['x-service'], ...compose.services[role] };
      expect(files).toEqual([{ path: '.env', required: false }]);
      expect(environment).toMatchObject({ HOST: '0.0.0.0', DATA_DIR: volumes[0].split(':')[1] });
      for (const port of ports) expect(port.split(':').at(-1)).toBe(environment.PORT);
    }
  });

  it('gives Redis and the example of secrets what the documents ask for', () => {
    expect(compose.services.redis.command.join(' ')).toBe(
      'redis-server --appendonly yes --maxmemory-policy noeviction',
    );
    const wanted = [...text('docker-compose.yml').matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name!);
    const example = [...text('deploy/compose.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!);
    expect(example).toEqual(expect.arrayContaining([...new Set(wanted)]));
    expect([...settingNames, 'POSTGRES_PASSWORD']).toEqual(expect.arrayContaining(example));
  });
});

describe('deploy/kubernetes', () => {
  it('has a deployment and a disruption budget for each role, with probes and requests', () => {
    const deployments = ofKind('Deployment');
    const roles = deployments.map(({ spec, metadata }) => {
      const [container] = spec.template.spec.containers;
      expect(container.readinessProbe.httpGet.path).toBe('/health/ready');
      for (const probe of ['startupProbe', 'livenessProbe']) expect(container[probe].httpGet.path).toBe('/health/live');
      expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
      expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
      expect(metadata.name).toBe(`truth-ledger-${container.name}`);
      return rolesOf(container.command);
    });
    expect(roles).toEqual([...ROLES]);
    const budgets = ofKind('PodDisruptionBudget').map(({ spec }) => spec.selector.matchLabels);
    expect(budgets).toEqual(deployments.map(({ spec }) => spec.selector.matchLabels));
    expect(ofKind('Service')[0].spec.selector).toEqual(deployments[0].spec.selector.matchLabels);
  });

  it('names settings that there are, and values that are accepted where they are no secrets', () => {
    const [map, secret] = [ofKind('ConfigMap')[0].data, ofKind('Secret')[0].stringData];
    expect(settingNames).toEqual(expect.arrayContaining([...Object.keys(map), ...Object.keys(secret)]));
    expect(readConfig(map)).toMatchObject({ host: '0.0.0.0', port: 3000, dataDir: '/data' });
  });
});

it('an api runs with the flags of the image and of npm start, wherever it is started', () => {
  const flagsOf = (words: readonly string[]): string[] => words.filter((word) => /^--(?!role)/.test(word));
  const image = JSON.parse(/^CMD (\[.*\])$/m.exec(text('Dockerfile'))![1]!) as string[];
  const [pod] = ofKind('Deployment').find(({ metadata }) => metadata.name === 'truth-ledger-api').spec.template.spec
    .containers;
  const { scripts } = JSON.parse(text('package.json')) as { scripts: { start: string } };
  for (const command of [compose.services.api.command, pod.command, scripts.start.split(' ')])
    expect(flagsOf(command)).toEqual(flagsOf(image));
});

describe('the numbers to scale by', () => {
  let app: RunningApp;
  beforeAll(async () => void (app = await startApp()));
  afterAll(() => app.stop());

  it.each(['deploy/kubernetes/README.md', 'docs/how-to/run-several-processes.md'])(
    'given a number that %s names, then a process shows it',
    async (file) => {
      const page = await (await app.get('/metrics')).text();
      const shown = new Set([...page.matchAll(/^# TYPE truth_ledger_(\w+) /gm)].map(([, name]) => name!));
      const named = [...text(file).matchAll(/`(?:max\()?([a-z]+(?:_[a-z]+)+|jobs)(?=[`{)])/g)].map(([, name]) => name!);
      expect(named.length).toBeGreaterThan(5);
      expect(named.filter((name) => !shown.has(name))).toEqual([]);
    },
  );
});

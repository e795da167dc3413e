import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROLES, type Role } from '../../../src/service-types.js';
import { ADMIN_KEY, startApp, type RunningApp } from './fake-service.js';

const own = createRequire(import.meta.url);
const { load } = createRequire(own.resolve('@nestjs/swagger'))('js-yaml') as { load(text: string): any };

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string };
}

const read = (name: string): any =>
  load(readFileSync(path.join(import.meta.dirname, '../../../deploy/prometheus', name), 'utf8'));
const rules: Rule[] = read('alerts.yml').groups.flatMap((group: { rules: Rule[] }) => group.rules);

/** Figures that the service has, each with its labels as they were seen. */
const figures = new Map<string, Set<string>>();
let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
  const page = await (await app.get('/metrics', ADMIN_KEY)).text();
  for (const [, name] of page.matchAll(/^# TYPE (truth_ledger_\w+) /gm)) figures.set(name!, new Set());
  for (const [, name, labels] of page.matchAll(/^(truth_ledger_\w+)\{([^}]*)\}/gm))
    for (const [, label] of labels!.matchAll(/(\w+)="/g)) figures.get(name!)?.add(label!);
});
afterAll(() => app.stop());

describe('the alert rules for Prometheus', () => {
  it('are there, each with a severity, a sentence and a name of its own', () => {
    expect(rules.length).toBeGreaterThan(8);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { labels, annotations } of rules) {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).not.toBe('');
    }
  });

  it('name no figure and no label that the service does not have', () => {
    for (const { expr } of rules) {
      const named = [...expr.matchAll(/(truth_ledger_\w+)(?:\{([^}]*)\})?/g)];
      if (!/^up\{job=/.test(expr)) expect(named).not.toHaveLength(0);
      for (const [, name, labels = ''] of named) {
        expect([...figures.keys()]).toContain(name);
        for (const [, label] of labels.matchAll(/(\w+)!?=/g)) expect([...figures.get(name!)!]).toContain(label);
      }
    }
  });

  it.each(ROLES)('fire when no %s is left: a figure that only it has is gone', async (role) => {
    const gone = rules.flatMap(({ expr }) =>
      [...expr.matchAll(/absent\((truth_ledger_\w+)\)/g)].map(([, name]) => name!),
    );
    const shownBy = async (roles: readonly Role[]): Promise<string[]> => {
      const one = await startApp(roles);
      const page = await (await one.get('/metrics')).text();
      await one.stop();
      return gone.filter((name) => page.includes(`\n${name}`));
    };
    const own = await shownBy([role]);
    expect(own).toHaveLength(1);
    expect(await shownBy(ROLES.filter((each) => each !== role))).not.toContain(own[0]);
  });

  it('know a process that is down by the job of the example, which asks with a key', () => {
    const [job] = read('scrape.yml').scrape_configs as {
      job_name: string;
      authorization: Record<string, string>;
      dns_sd_configs: { names: string[]; type: string; port: number }[];
    }[];
    const up = rules.map(({ expr }) => /^up\{job=~"(.+)"\} == 0$/.exec(expr)?.[1]).filter((name) => name !== undefined);
    expect(up).toHaveLength(1);
    expect(job!.job_name).toMatch(new RegExp(`^${up[0]}$`));
    expect(Object.keys(job!.authorization)).toEqual(['credentials_file']);
    // A name of docker-compose.yml may have several processes behind it.
    expect(job!.dns_sd_configs).toEqual([{ names: [...ROLES], type: 'A', port: 3000 }]);
  });
});

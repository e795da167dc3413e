import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type RunningApp } from './fake-service.js';

const own = createRequire(import.meta.url);
const { load } = createRequire(own.resolve('@nestjs/swagger'))('js-yaml') as { load(text: string): any };

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string };
}

const file = path.join(import.meta.dirname, '../../../deploy/prometheus/alerts.yml');
const rules: Rule[] = load(readFileSync(file, 'utf8')).groups.flatMap((group: { rules: Rule[] }) => group.rules);

/** Figures that the service has, each with its labels as they were seen. */
const figures = new Map<string, Set<string>>();
let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
  const page = await (await app.get('/metrics')).text();
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
      expect(named).not.toHaveLength(0);
      for (const [, name, labels = ''] of named) {
        expect([...figures.keys()]).toContain(name);
        for (const [, label] of labels.matchAll(/(\w+)!?=/g)) expect([...figures.get(name!)!]).toContain(label);
      }
    }
  });
});

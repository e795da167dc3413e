import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { domainEventSchemas } from '../../../src/catalog/domain-events/index.js';
import { createProgram } from '../../../src/cli/program.js';
import { readConfig, settingNames } from '../../../src/config.js';
import { startApp, type RunningApp } from './fake-service.js';

const root = path.join(import.meta.dirname, '../../..');
const folders = ['docs/tutorial', 'docs/how-to', 'docs/reference', 'docs/explanation', 'deploy/kubernetes'];
const pages = [
  'README.md',
  'docs/README.md',
  'deploy/prometheus/alerts.yml',
  ...folders.flatMap((folder) => readdirSync(path.join(root, folder)).map((file) => `${folder}/${file}`)),
]
  .filter((file) => /\.(md|ya?ml)$/.test(file))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

const found = (pattern: RegExp) =>
  pages.flatMap(({ file, text }) => [...text.matchAll(pattern)].map((match) => ({ file, match })));

describe('given the page of the settings', () => {
  const rows = [
    ...readFileSync(path.join(root, 'docs/reference/configuration.md'), 'utf8').matchAll(/^\| (`[A-Z].*)$/gm),
  ]
    .map(([, row]) => row!.split(' | '))
    .flatMap(([names, standard]) => [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => ({ name: name!, standard })));

  it('when it is held against the settings that are read, then it has each once', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...settingNames].sort());
  });

  it('when what it calls a default is set, then nothing is another than without it', () => {
    const standards = rows.flatMap(({ name, standard }) => {
      const value = /^`([^`]+)`$/.exec(standard!.trim())?.[1];
      return value === undefined || settingNames.includes(value) ? [] : [[name, value] as const];
    });
    expect(standards.length).toBeGreaterThan(8);
    expect(readConfig(Object.fromEntries(standards))).toEqual(readConfig({}));
  });
});

describe('given the page of the domain events', () => {
  const namesIn = (text: string): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name!).sort();
  const rows = new Map(
    [
      ...readFileSync(path.join(root, 'docs/how-to/send-domain-events.md'), 'utf8').matchAll(
        /^\| `(\w+\.\w+)` \| [^|]+ \| ([^|]+) \|([^|]*)\|$/gm,
      ),
    ].map(([, type, must, may]) => [type!, { must: namesIn(must!), may: namesIn(may!) }]),
  );

  it('when it is held against the catalog, then it has each event with the members that it must and may have', () => {
    const catalog = domainEventSchemas().map(({ type, data_schema: schema }) => {
      const { properties, required = [], anyOf = [] } = schema as unknown as DataSchema;
      const must = [...required, ...anyOf.flatMap((one) => one.required)].sort();
      return [
        type,
        {
          must,
          may: Object.keys(properties)
            .filter((name) => !must.includes(name))
            .sort(),
        },
      ] as const;
    });
    expect(catalog.length).toBeGreaterThan(5);
    expect(rows).toEqual(new Map(catalog));
  });
});

interface DataSchema {
  properties: Record<string, unknown>;
  required?: string[];
  anyOf?: { required: string[] }[];
}

describe('given the commands in the documents', () => {
  const program = createProgram({} as never);
  const calls = found(/(?<!generic )truth-ledger((?: +(?!#|on |in )[^\s`|;#)]+)+)/g).filter(({ match }) =>
    /^ +[a-z-]/.test(match[1]!),
  );

  /** Commands and options of a call that there are not. */
  function unknownIn(words: readonly string[]): string[] {
    let command: Command = program;
    const wrong: string[] = [];
    for (const word of words) {
      const child = command.commands.find((each) => each.name() === word);
      const option = /^--[a-z-]+/.exec(word)?.[0];
      if (child) command = child;
      else if (option && option !== '--help' && !command.options.some(({ long }) => long === option))
        wrong.push(option);
      else if (command === program && !option) return [word];
    }
    return wrong;
  }

  it('when they are held against the program, then each command and option exists', () => {
    expect(calls.length).toBeGreaterThan(30);
    const wrong = calls.flatMap(({ file, match: [call, words] }) =>
      unknownIn(words!.trim().split(/ +/)).map((word) => `${file}: ${word} of "${call}"`),
    );
    expect(wrong).toEqual([]);
  });

  it('when a command is not there, or an option is another one’s, then it is told', () => {
    expect(unknownIn(['closing', '2026-10'])).toEqual(['closing']);
    expect(unknownIn(['close', '2026-10', '--dry-run'])).toEqual(['--dry-run']);
    expect(unknownIn(['keys', 'create', '--scope', 'read'])).toEqual([]);
  });
});

describe('given the addresses in the documents', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  it('when they are held against the routes, then each exists with its method', () => {
    const named = found(/\b(GET|POST|DELETE) (\/[a-z][^\s`?…]*)/g).map(({ file, match: [, method, address] }) => ({
      ...{ file, method: method!, address: address! },
    }));
    const called = found(/(?:127\.0\.0\.1|localhost):3000(\/[a-z][^\s'"`?)]*)/g).map(
      ({ file, match: [, address] }) => ({
        ...{ file, method: '', address: address! },
      }),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(called.length).toBeGreaterThan(15);
    const wrong = [...named, ...called].filter(({ method, address }) => {
      if (address.endsWith('/')) return false; // one of several, such as `/v1/metrics/…`
      const methods = app.routes.methodsAt(address.replace(/\{[^}]*\}|\$[A-Z]+/g, 'x').replace(/[.,;:]+$/, ''));
      return method === '' ? methods.length === 0 : !methods.includes(method);
    });
    expect(wrong.filter(({ address }) => !PROVIDERS.test(address))).toEqual([]);
  });
});

/** Addresses of providers that the documents name: they are not ours. */
const PROVIDERS = /^\/(v2\/payouts|v1\/charges)/;

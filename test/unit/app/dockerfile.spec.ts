import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '../../..');
const text = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file}`);

/** The lines of each stage, by its name; the one that becomes the image has none. */
const stages = new Map(
  text('Dockerfile')
    .replaceAll(/\\\n\s*/g, '')
    .split(/^FROM /m)
    .slice(1)
    .map((stage) => [/ AS (\w+)/.exec(stage)?.[1] ?? 'image', stage.split('\n')]),
);

interface Locked {
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
const packages = JSON.parse(text('package-lock.json')).packages as Record<string, Locked>;
const own = packages['']!;

const install = stages.get('dependencies')!.find((line) => line.startsWith('RUN npm ci'))!;
const removed = [.../ rm -rf (.*)/.exec(install)![1]!.matchAll(/\S+/g)].map(
  ([glob]) => new RegExp(`^${glob.replaceAll('*', '[^/]*')}(/|$)`),
);
const isInImage = (place: string): boolean =>
  !(packages[place]!.dev && install.includes('--omit=dev')) &&
  !(packages[place]!.optional && install.includes('--omit=optional')) &&
  !removed.some((each) => each.test(place));

/** Where Node finds what the package at this place asks for; undefined where the lock file has none. */
function found(from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('node_modules/') - 1, 0))) {
    const place = `${at && `${at}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (at === '') return undefined;
  }
}

/** Everything that a dependency of ours asks for on Linux, down to the last, binaries of the platform too. */
function wanted(): Set<string> {
  const places = new Set<string>();
  const visit = (from: string, names: readonly string[]): void => {
    for (const place of names.map((name) => found(from, name))) {
      if (place === undefined || places.has(place)) continue;
      const { os: systems = ['linux'], dependencies = {}, optionalDependencies = {} } = packages[place]!;
      if (!systems.includes('linux')) continue;
      places.add(place);
      visit(place, [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]);
    }
  };
  visit('', Object.keys(own.dependencies!));
  return places;
}

describe('the packages of the image', () => {
  it('are all that our dependencies want, with the binaries of KurrentDB’s client', () => {
    const all = [...wanted()];
    expect(all).toContain('node_modules/@kurrent/bridge-linux-x64-gnu');
    expect(all).toContain('node_modules/@kurrent/bridge-linux-arm64-gnu');
    expect(all.filter((place) => !isInImage(place))).toEqual([]);
  });

  it('have neither what builds and tests it, nor the Node and the PostgreSQL that a clone brings', () => {
    const unwanted = [...Object.keys(own.optionalDependencies!), 'jest', 'vite'];
    expect(unwanted.filter((name) => isInImage(`node_modules/${name}`))).toEqual([]);
  });

  it('are named as dependencies wherever the sources import them', () => {
    const imports =
      /(?:^(?:import|export) (?!type )[^;]*?from |^import |import\()'((?:@[\w-]+\/)?[\w-]+)(?:\/[^']*)?'/gm;
    const imported = new Set(sources.flatMap((file) => [...text(file).matchAll(imports)].map(([, name]) => name!)));
    expect(imported.size).toBeGreaterThan(15);
    expect([...imported].filter((name) => !(name in own.dependencies!))).toEqual([]);
  });
});

describe('the files of the image', () => {
  let image: string;
  // As the last stage copies them, what is built from dist/: a build that nobody has started yet.
  beforeAll(() => {
    if (!existsSync(path.join(ROOT, 'dist/main.js')))
      throw new Error('There is no dist/main.js: run `npm run build`, or the whole of `npm test`.');
    image = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-image-'));
    for (const line of stages.get('image')!.filter((each) => each.startsWith('COPY '))) {
      const words = line.split(/\s+/).filter((word) => !/^(COPY|--.*)$/.test(word));
      for (const from of words.slice(0, -1).map((word) => word.replace(/^\/app\//, ''))) {
        const to = path.join(image, words.at(-1)!, words.at(-1)!.endsWith('/') ? from : '');
        mkdirSync(path.dirname(to), { recursive: true });
        if (from === 'node_modules') symlinkSync(path.join(ROOT, from), to);
        else cpSync(path.join(ROOT, from), to, { recursive: true, filter: (file) => !/\.map$|\bcompiled$/.test(file) });
      }
    }
  });
  afterAll(() => rmSync(image, { recursive: true, force: true }));

  it('are all that the sources read beside the build', () => {
    const read = sources.flatMap((file) =>
      [...text(file).matchAll(/new URL\(['`]([^'`$]+)[^)]*import\.meta\.url/g)]
        .map(([, relative]) => path.join(path.dirname(file), relative!))
        .filter((place) => !place.startsWith('src/')),
    );
    expect(read).toEqual(expect.arrayContaining(['scripts/verify-pack.mjs', 'package.json']));
    expect(read.filter((file) => !existsSync(path.join(image, file)))).toEqual([]);
  });

  it('run the command line under the name that the image gives it', () => {
    const link = stages.get('image')!.find((line) => line.startsWith('RUN ln -s '))!;
    const [, script, name] = /^RUN ln -s \/app\/(\S+) \/usr\/local\/bin\/(\S+)$/.exec(link)!;
    mkdirSync(path.join(image, 'bin'));
    symlinkSync(path.join(image, script!), path.join(image, 'bin', name!));
    const { status, stdout } = spawnSync(process.execPath, [path.join(image, 'bin/truth-ledger'), '--help'], {
      encoding: 'utf8',
      env: {},
    });
    expect([status, stdout]).toEqual([0, expect.stringContaining('keys')]);
  });
});

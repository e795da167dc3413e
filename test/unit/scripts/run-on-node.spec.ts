import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const SCRIPTS = path.join(import.meta.dirname, '../../../scripts');
const system = process.platform === 'win32' ? 'win' : process.platform;
const NODE_PACKAGE = `node-${system}-${process.arch}`;
const LOCK = '{}';

// A clone with nothing in it but the scripts that start the others.
let clone: string;
let npm: string;
const put = (file: string, content: string, mode = 0o644): void => {
  mkdirSync(path.dirname(path.join(clone, file)), { recursive: true });
  writeFileSync(path.join(clone, file), content, { mode });
};
const installed = (): void => put('node_modules/.installed-lock', createHash('sha256').update(LOCK).digest('hex'));
const env = (more: Record<string, string> = {}) => ({ PATH: process.env['PATH'], npm_execpath: npm, ...more });

beforeEach(() => {
  clone = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-clone-'));
  for (const name of ['run-on-node.mjs', 'with-deps.mjs', 'truth-ledger.mjs', 'build.mjs'])
    cpSync(path.join(SCRIPTS, name), path.join(clone, 'scripts', name));
  put('package.json', '{"type":"module"}');
  put('package-lock.json', LOCK);
  npm = path.join(clone, 'npm.mjs');
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

describe('npm start', () => {
  const START = [process.execPath, 'scripts/with-deps.mjs', 'child.mjs'];

  /** The script does this and says that it works, then the command that was started gets the signal. Resolves with what was said, and how the command ended. */
  async function started(script: string, signal: NodeJS.Signals, command: readonly string[] = START) {
    installed();
    put('child.mjs', `${script}\nconsole.log('works ' + process.pid);\nsetInterval(() => 1, 1000);`);
    const [program, ...args] = command;
    const parent = spawn(program!, args, { cwd: clone, env: env({ npm_lifecycle_event: 'start' }) });
    parent.stdout.once('data', () => parent.kill(signal));
    const ended = new Promise((resolve) => parent.on('close', (code, by) => resolve({ code, by })));
    const said = await text(parent.stdout);
    return { said: said.replace(/\d+/, 'N'), ended: await ended };
  }

  // Its output ends when the child's does: one that was left behind would keep the test waiting.
  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'given %s, then the service gets it, and its exit code is ours',
    async (name) => {
      const stops = `process.on('${name}', () => { console.log('stopped in order'); process.exit(7); });`;
      expect(await started(stops, name)).toEqual({ said: 'works N\nstopped in order\n', ended: { code: 7, by: null } });
    },
  );

  it('given SIGINT of a terminal, which the service gets by itself, then it is waited for', async () => {
    const goesOn = `setTimeout(() => { console.log('finished'); process.exit(0); }, 100);`;
    expect(await started(goesOn, 'SIGINT')).toEqual({ said: 'works N\nfinished\n', ended: { code: 0, by: null } });
  });

  it('given the shell that npm starts it in, which dies of what npm sends it, then the service is told', async () => {
    const stops = `process.on('SIGTERM', () => { console.log('stopped in order'); process.exit(0); });`;
    const shell = ['sh', '-c', `${START.join(' ')}; exit 5`];
    expect(await started(stops, 'SIGTERM', shell)).toEqual({
      said: 'works N\nstopped in order\n',
      ended: { code: null, by: 'SIGTERM' },
    });
  });

  it('given truth-ledger on the Node that there is, and the shell that npx starts it in dies, then the service is told', async () => {
    put('dist/cli.js', `import '../child.mjs';`);
    const stops = `process.on('SIGTERM', () => { console.log('stopped in order'); process.exit(0); });`;
    const shell = ['sh', '-c', `${process.execPath} scripts/truth-ledger.mjs serve; exit 5`];
    expect((await started(stops, 'SIGTERM', shell)).said).toBe('works N\nstopped in order\n');
  });

  it('given that shell dies while everything is installed, then nothing is started that nobody owns', async () => {
    put('child.mjs', `console.log('works');`);
    const npmWaits = `import { existsSync, mkdirSync } from 'node:fs';
console.log('npm works');
while (!existsSync('gone')) await new Promise((resolve) => setTimeout(resolve, 5));
mkdirSync('node_modules', { recursive: true });
console.log('npm is done');`;
    put('npm.mjs', npmWaits);
    const options = { cwd: clone, env: env({ npm_lifecycle_event: 'start' }) };
    const shell = spawn('sh', ['-c', `${START.join(' ')}; exit 5`], options);
    shell.once('exit', () => put('gone', ''));
    let said = '';
    for await (const chunk of shell.stdout) {
      said += String(chunk);
      if (said.includes('npm works')) shell.kill('SIGTERM');
    }
    expect(said).toContain('npm is done');
    expect(said).not.toMatch(/^works/m);
  });

  it('given a service that a signal ends, then the same one ends us', async () => {
    expect(await started('', 'SIGTERM')).toEqual({ said: 'works N\n', ended: { code: null, by: 'SIGTERM' } });
  });
});

describe('the installation', () => {
  const install = (status: number) => {
    put(
      'npm.mjs',
      `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('node_modules', { recursive: true });
writeFileSync('asked.json', JSON.stringify(process.argv.slice(2)));
process.exit(${status});`,
    );
    put('child.mjs', `console.log('works');`);
    const args = ['scripts/with-deps.mjs', 'child.mjs'];
    return spawnSync(process.execPath, args, { cwd: clone, env: env({ NODE_ENV: 'production' }), encoding: 'utf8' });
  };
  const stamp = (): boolean => existsSync(path.join(clone, 'node_modules/.installed-lock'));

  it('given NODE_ENV=production, then what builds and runs it is asked for all the same', () => {
    expect(install(0).stdout).toMatch(/works\n$/);
    const asked = JSON.parse(readFileSync(path.join(clone, 'asked.json'), 'utf8')) as string[];
    expect(asked).toEqual(expect.arrayContaining(['ci', '--include=dev', '--include=optional']));
    expect(stamp()).toBe(true);
  });

  it('given npm that fails, then nothing runs, and the next start installs again', () => {
    const { status, stdout } = install(3);
    expect([status, stdout.includes('works'), stamp()]).toEqual([3, false, false]);
  });

  it('given a script to be run beside it, then both run at once, and the program begins after both', () => {
    const until = (file: string): string =>
      `while (!existsSync('${file}')) await new Promise((resolve) => setTimeout(resolve, 5));`;
    const head = `import { existsSync, mkdirSync, writeFileSync } from 'node:fs';`;
    put('npm.mjs', `${head}\nmkdirSync('node_modules');\n${until('one')}\nwriteFileSync('two', '');`);
    put('beside.mjs', `${head}\nwriteFileSync('one', '');\n${until('node_modules/.installed-lock')}\nprocess.exit(1);`);
    put('child.mjs', `console.log('works ' + process.argv.slice(2).join());`);
    const args = ['scripts/with-deps.mjs', '--beside=beside.mjs', 'child.mjs', '--flag'];
    const options = { cwd: clone, env: env(), timeout: 10_000, killSignal: 'SIGKILL' } as const;
    expect(spawnSync(process.execPath, args, { ...options, encoding: 'utf8' }).stdout).toMatch(/works --flag\n$/);
  });
});

describe('the pinned Node', () => {
  const pinned = `node_modules/${NODE_PACKAGE}/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`;
  const run = (...args: string[]) =>
    spawnSync(process.execPath, args, {
      cwd: clone,
      env: env(),
      encoding: 'utf8',
      timeout: 10_000,
      killSignal: 'SIGKILL',
    });

  it('given node_modules behind a link, then truth-ledger knows that it runs on it, and runs once', () => {
    mkdirSync(path.join(clone, 'elsewhere', NODE_PACKAGE, 'bin'), { recursive: true });
    symlinkSync('elsewhere', path.join(clone, 'node_modules'));
    symlinkSync(process.execPath, path.join(clone, pinned));
    put('dist/cli.js', `console.log('ran ' + process.argv.slice(2).join());`);
    const { status, stdout } = run('scripts/truth-ledger.mjs', 'keys', 'list');
    expect([status, stdout]).toEqual([0, 'ran keys,list\n']);
  });

  it('given one that cannot run here, then the Node that there is does it', () => {
    put(pinned, 'made for another C library', 0o755);
    put('dist/cli.js', `console.log('ran');`);
    installed();
    put('child.mjs', `console.log('works');`);
    expect(run('scripts/truth-ledger.mjs').stdout).toBe('ran\n');
    expect(run('scripts/with-deps.mjs', 'child.mjs').stdout).toBe('works\n');
  });

  it('is not needed from the version on that package.json says', async () => {
    const { isTooOld } = (await import(path.join(SCRIPTS, 'run-on-node.mjs'))) as {
      isTooOld(version: string): boolean;
    };
    const { engines } = JSON.parse(readFileSync(path.join(SCRIPTS, '../package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const oldest = engines.node.replace('>=', '');
    const versions = ['20.19.0', '22.11.0', `${oldest}.0`, '23.0.0', '24.21.0'];
    expect(versions.map(isTooOld)).toEqual([true, true, false, false, false]);
  });
});

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { withProjectorAside } from './app/projector-aside.js';
import { runProcess } from './app/serve.js';
import { runCli } from './cli/program.js';
import { openService } from './service.js';

const script = (name: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const path = fileURLToPath(new URL(`../scripts/${name}`, import.meta.url));
    spawn(process.execPath, [path, ...args], { stdio: 'inherit' }).on('close', (code) => resolve(code ?? 1));
  });

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  open: openService,
  clock: () => new Date(),
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  serve: () => runProcess(withProjectorAside(openService)),
  script,
  exitCode: 0,
});

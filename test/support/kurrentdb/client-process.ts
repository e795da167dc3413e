import { spawn } from 'node:child_process';
import path from 'node:path';

/** A client in a process of its own, for what would take the process down. Its standard output is lines of JSON. */
export async function runClient(
  url: string,
  script: string,
): Promise<{ exitCode: number | null; said: unknown[]; errors: string }> {
  const source = `
    import { KurrentDBClient, binaryEvent, jsonEvent, streamNameFilter, START, NO_STREAM } from '@kurrent/kurrentdb-client';
    const client = KurrentDBClient.connectionString(process.argv[1]);
    const say = (what) => console.log(JSON.stringify(what));
    const event = () => binaryEvent({ type: 'Happened', data: Buffer.from('{}') });
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source, url], {
    cwd: path.resolve(import.meta.dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = output.split('\n').filter((line) => line !== '');
  return { exitCode, said: lines.map((line) => JSON.parse(line) as unknown), errors };
}

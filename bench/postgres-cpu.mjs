// CPU time of other processes, and of the embedded PostgreSQL of a DATA_DIR, from /proc: Linux only, 0 elsewhere.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const US_PER_TICK = 10_000;

/** Microseconds that the server and all its processes, those that ended too, have had so far. */
export function postgresCpuUs(dataDir) {
  if (process.platform !== 'linux') return 0;
  const server = Number(readFileSync(path.join(dataDir, 'pg18', 'postmaster.pid'), 'utf8').split('\n')[0]);
  let ticks = statOf(server).withEnded;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const { parent, own } = statOf(name);
    if (parent === server) ticks += own;
  }
  return ticks * US_PER_TICK;
}

/** Microseconds that one process has had so far. */
export const cpuOf = (pid) => statOf(pid).own * US_PER_TICK;

function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of a process, in brackets, may have spaces.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const own = fields[11] + fields[12];
    return { parent: fields[1], own, withEnded: own + fields[13] + fields[14] };
  } catch {
    return { parent: 0, own: 0, withEnded: 0 }; // it ended meanwhile
  }
}

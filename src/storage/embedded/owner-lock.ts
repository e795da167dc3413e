import { linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isSameProcess, processStamp, thisPlace } from './process-identity.js';
import type { Place } from './process-identity.js';

/** The process that works on a data folder. */
export interface Owner {
  pid: number;
  stamp: string;
  place: Place;
  token: string;
  /** It left in good order. */
  released?: true;
}

export interface OwnerLock {
  /** False once somebody else has taken the folder over. */
  stillOurs(): boolean;
  release(): void;
}

const FILE = /^owner\.(\d+)\.json$/;
const BEAT_MS = 1000;
const SILENT_MS = 6000; // an owner whose pid we cannot look up counts as dead after this long without a beat

/**
 * Takes the folder for this process, or says who has it. The files `owner.<n>.json` are one lock: the highest number holds it, the
 * highest is never deleted, and the next is made by an exclusive link. So of any number of processes that find a dead owner, one follows it.
 */
export async function takeOwnership(
  folder: string,
  silentMs = SILENT_MS,
): Promise<{ lock: OwnerLock } | { heldBy: Owner }> {
  const owner: Owner = {
    pid: process.pid,
    stamp: processStamp(process.pid) ?? '',
    place: thisPlace(),
    token: randomUUID(),
  };
  for (;;) {
    const last = lastOwner(folder);
    if (last?.owner && (await isLive(folder, last.number, last.owner, silentMs))) return { heldBy: last.owner };
    const number = (last?.number ?? 0) + 1;
    if (!createExclusively(folder, number, owner)) continue;
    if (lastOwner(folder)?.number !== number) {
      rmSync(fileOf(folder, number), { force: true }); // we acted on an old listing
      continue;
    }
    for (const older of numbersIn(folder)) if (older < number) rmSync(fileOf(folder, older), { force: true });
    return { lock: hold(folder, number, owner) };
  }
}

/** The living owner of the folder, if there is one. */
export async function livingOwner(folder: string): Promise<Owner | undefined> {
  const last = lastOwner(folder);
  return last?.owner && (await isLive(folder, last.number, last.owner, SILENT_MS)) ? last.owner : undefined;
}

function hold(folder: string, number: number, owner: Owner): OwnerLock {
  const beat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(fileOf(folder, number), now, now);
    } catch {
      // The folder is gone or taken over; `stillOurs` tells those who ask.
    }
  }, BEAT_MS);
  beat.unref();
  const stillOurs = (): boolean => {
    try {
      return lastOwner(folder)?.owner?.token === owner.token;
    } catch {
      return false; // the folder is gone
    }
  };
  return {
    stillOurs,
    release() {
      clearInterval(beat);
      if (!stillOurs()) return;
      const draft = draftOf(folder, owner);
      writeFileSync(draft, JSON.stringify({ ...owner, released: true }));
      renameSync(draft, fileOf(folder, number));
    },
  };
}

async function isLive(folder: string, number: number, owner: Owner, silentMs: number): Promise<boolean> {
  if (owner.released) return false;
  const here = thisPlace();
  if (owner.place.host === here.host && owner.place.boot !== here.boot) return false; // the machine was started again since
  if (owner.place.host === here.host && owner.place.pids === here.pids) return isSameProcess(owner.pid, owner.stamp);
  return beats(fileOf(folder, number), silentMs);
}

// The owner is in another container or on another machine: its pid says nothing here, but a living owner touches its file.
async function beats(file: string, silentMs: number): Promise<boolean> {
  const touched = (): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const first = touched();
  for (let waited = 0; waited < silentMs; waited += BEAT_MS / 2) {
    await pause(BEAT_MS / 2);
    if (touched() !== first) return true;
  }
  return false;
}

function createExclusively(folder: string, number: number, owner: Owner): boolean {
  const draft = draftOf(folder, owner);
  writeFileSync(draft, JSON.stringify(owner), { mode: 0o644 });
  try {
    linkSync(draft, fileOf(folder, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function lastOwner(folder: string): { number: number; owner?: Owner } | undefined {
  const number = Math.max(0, ...numbersIn(folder));
  if (number === 0) return undefined;
  try {
    return { number, owner: JSON.parse(readFileSync(fileOf(folder, number), 'utf8')) as Owner };
  } catch {
    return { number }; // unreadable after a power cut: nobody alive has written it
  }
}

const numbersIn = (folder: string): number[] =>
  readdirSync(folder).flatMap((name) => Number(FILE.exec(name)?.[1] ?? []));
const fileOf = (folder: string, number: number): string => path.join(folder, `owner.${number}.json`);
const draftOf = (folder: string, owner: Owner): string => path.join(folder, `owner.${owner.token}.draft`);

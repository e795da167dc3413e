import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { livingOwner, takeOwnership } from '../../../src/storage/embedded/owner-lock.js';
import type { Owner, OwnerLock } from '../../../src/storage/embedded/owner-lock.js';
import { processStamp, thisPlace } from '../../../src/storage/embedded/process-identity.js';

const NO_PID = 2_147_483_646; // above every pid a system gives
let folder: string;
let held: OwnerLock[];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-lock-'));
  held = [];
});
afterEach(() => {
  for (const lock of held) lock.release();
  rmSync(folder, { recursive: true });
});

async function take(silentMs?: number): Promise<OwnerLock> {
  const taken = await takeOwnership(folder, silentMs);
  if ('heldBy' in taken) throw new Error(`held by ${taken.heldBy.pid}`);
  held.push(taken.lock);
  return taken.lock;
}

/** Writes the file of an owner as a process that is gone may have left it. */
function leave(owner: Partial<Owner>, number = 1): string {
  const file = path.join(folder, `owner.${number}.json`);
  const left: Owner = {
    pid: process.pid,
    stamp: processStamp(process.pid)!,
    place: thisPlace(),
    token: 'left',
    ...owner,
  };
  writeFileSync(file, JSON.stringify(left));
  return file;
}

describe('the owner of a data folder', () => {
  it('is the only one until it releases the folder', async () => {
    const lock = await take();
    await expect(take()).rejects.toThrow(`held by ${process.pid}`);
    expect((await livingOwner(folder))?.pid).toBe(process.pid);
    lock.release();
    expect(await livingOwner(folder)).toBeUndefined();
    await expect(take()).resolves.toBeDefined();
  });

  it('is followed when its process is gone', async () => {
    leave({ pid: NO_PID });
    await expect(take()).resolves.toBeDefined();
  });

  it('is followed when its pid belongs to another program by now', async () => {
    leave({ stamp: 'began at another time' });
    await expect(take()).resolves.toBeDefined();
  });

  it('is followed when the machine was started again since, whatever runs under its pid', async () => {
    leave({ place: { ...thisPlace(), boot: 'an earlier one' } });
    await expect(take()).resolves.toBeDefined();
  });

  it('is followed when its file is unreadable', async () => {
    writeFileSync(path.join(folder, 'owner.4.json'), '');
    await take();
    expect(readdirSync(folder)).toEqual(['owner.5.json']);
  });

  it('in another container is followed when it gives no sign of life', async () => {
    leave({ place: { ...thisPlace(), host: 'elsewhere' } });
    await expect(take(1)).resolves.toBeDefined();
  });

  it('in another container keeps the folder while it gives signs of life', async () => {
    const file = leave({ place: { ...thisPlace(), host: 'elsewhere' } });
    let beats = 0;
    const beating = setInterval(() => utimesSync(file, (beats += 1), beats), 20);
    await expect(take().finally(() => clearInterval(beating))).rejects.toThrow(`held by ${process.pid}`);
  });

  it('knows when another has taken the folder over, and does not release that one', async () => {
    const lock = await take();
    expect(lock.stillOurs()).toBe(true);
    const file = leave({ token: 'another' }, 2);
    expect(lock.stillOurs()).toBe(false);
    lock.release();
    expect(JSON.parse(readFileSync(file, 'utf8'))).not.toHaveProperty('released');
    expect((await livingOwner(folder))?.token).toBe('another');
  });

  it('is nobody once the folder is gone', async () => {
    const lock = await take();
    rmSync(folder, { recursive: true });
    expect(lock.stillOurs()).toBe(false);
    expect(() => lock.release()).not.toThrow();
    mkdirSync(folder);
  });

  it('is one of many who find a dead owner at once', async () => {
    leave({ pid: NO_PID });
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => take()));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['owner.2.json']);
  });
});

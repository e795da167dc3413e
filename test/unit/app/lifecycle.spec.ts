import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { listen, type OpenService, type Running } from '../../../src/app/serve.js';
import { createLog } from '../../../src/app/log.js';
import { STOP_WITHIN } from '../../../src/app/stop-within.js';
import { readConfig } from '../../../src/config.js';
import { SetupError } from '../../../src/kernel/errors.js';
import type { Service } from '../../../src/service-types.js';
import { ENTRY_ID, FakeService } from './fake-service.js';

const log = createLog('silent');
const clock = () => new Date('2026-10-03T12:00:00Z');

/** A fake service that notes when it is started and stopped. */
function fake(): { service: FakeService; open: OpenService; events: string[] } {
  const service = new FakeService();
  const events: string[] = [];
  const note = (name: string) => () => Promise.resolve(void events.push(name));
  const open: OpenService = () =>
    Promise.resolve({ ...service.as(), start: note('start'), stop: note('stop') } as Service);
  return { service, open, events };
}

describe('the time for a shutdown', () => {
  it('given parts that take as long as they may, one after the other, then some is left for the database', () => {
    const { all, requests, background } = STOP_WITHIN;
    expect(all - requests - background).toBeGreaterThanOrEqual(1_000);
    expect(Math.min(requests, background)).toBeGreaterThanOrEqual(2_000);
  });
});

let running: Running | undefined;
afterEach(() => running?.stop());

describe('a serving process', () => {
  it('given a request in flight, when it is stopped, then the request is finished before the service is', async () => {
    const { service, open, events } = fake();
    running = await listen(readConfig({ PORT: '0' }), open, clock, log);
    let finish = (): void => undefined;
    const arrived = new Promise<void>((seen) => {
      service.webhook = () => {
        seen();
        return new Promise((resolve) => (finish = () => resolve([{ outcome: 'recorded', entryId: ENTRY_ID }])));
      };
    });
    const reply = fetch(`${running.url}/webhooks/stripe`, { method: 'POST', body: '{}' }).then((response) => {
      events.push(`answered ${response.status}`);
    });
    await arrived;
    const stopped = running.stop();
    expect(events).toEqual(['start']);
    await expect(fetch(`${running.url}/health/live`)).rejects.toThrow();
    finish();
    await Promise.all([reply, stopped]);
    expect(events.sort()).toEqual(['answered 202', 'start', 'stop']);
  });

  it('given idle keep-alive connections, when it is stopped, then they do not hold it', async () => {
    const { open, events } = fake();
    running = await listen(readConfig({ PORT: '0' }), open, clock, log);
    const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
    const ended = new Promise((resolve) => socket.on('close', resolve));
    await new Promise<void>((resolve) => {
      socket.once('data', () => resolve());
      socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    await running.stop();
    await ended;
    expect(events).toEqual(['start', 'stop']);
  });

  it('given it is stopping, when asked whether it is ready, then no', async () => {
    const { open } = fake();
    running = await listen(readConfig({ PORT: '0' }), open, clock, log);
    running.app.life.end();
    const reply = await running.app.nest.inject({ method: 'GET', url: '/health/ready' });
    expect([reply.statusCode, reply.json<{ process: unknown }>().process]).toEqual([
      503,
      { ok: false, detail: 'stopping', roles: ['api', 'projector', 'worker'] },
    ]);
  });

  it('given a port in use, when it starts, then one sentence says what to set, and the service is stopped again', async () => {
    const first = fake();
    running = await listen(readConfig({ PORT: '0' }), first.open, clock, log);
    const second = fake();
    const port = new URL(running.url).port;
    const start = listen(readConfig({ PORT: port }), second.open, clock, log);
    await expect(start).rejects.toThrow(SetupError);
    await expect(start).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken`);
    expect(second.events).toEqual(['stop']); // nothing was begun
  });

  it('given it is stopped twice, when both are awaited, then the service is stopped once', async () => {
    const { open, events } = fake();
    running = await listen(readConfig({ PORT: '0' }), open, clock, log);
    await Promise.all([running.stop(), running.stop()]);
    expect(events).toEqual(['start', 'stop']);
  });
});

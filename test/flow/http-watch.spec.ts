import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_KEY, ENTRY_ID, startApp, type RunningApp } from '../unit/app/fake-service.js';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const json = (response: Response): Promise<any> => response.json();
const admin = { authorization: `Bearer ${ADMIN_KEY}` };
const get = (path: string) => app.get(path, ADMIN_KEY);
const post = (path: string, body?: unknown) =>
  fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { ...admin, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
const asked = (name: string) => app.service.queries.filter((query) => query.name === name).at(-1)?.args;

describe('drift and markers', () => {
  it('given a question, then the watched percentages are told', async () => {
    const reply = await get('/v1/drift?source=collector&day=2026-10-03');
    expect(reply.status).toBe(200);
    expect((await json(reply)).data).toMatchObject([{ metric: 'signups', figure: 'loss_pct', verdict: 'up' }]);
    expect(asked('drift')).toEqual([{ source: 'collector', day: '2026-10-03' }]);
  });

  it('given a release, then it is set, under the id of its sender', async () => {
    const reply = await post('/v1/markers', { id: 'build-77', title: 'Shop 1.5', reference: 'v1.5.0' });
    expect([reply.status, (await json(reply)).id]).toEqual([201, 'm1']);
    expect(asked('setMarker')![0]).toEqual({ id: 'build-77', kind: 'release', title: 'Shop 1.5', reference: 'v1.5.0' });
    expect((await get('/v1/markers?from=2026-10-01T00:00:00Z')).status).toBe(200);
    expect(asked('markers')).toEqual([{ from: new Date('2026-10-01T00:00:00Z'), to: undefined, limit: 100 }]);
  });

  it.each([
    [{}, 'title'],
    [{ title: 'x', kind: 'party' }, 'kind'],
    [{ title: 'x', at: 'yesterday' }, 'at'],
    [{ title: 'by anna@shop.test' }, 'e-mail'],
    [{ title: 'x', id: 'a b' }, 'id'],
    [{ title: 'x', color: 'red' }, 'color'],
  ])('given %j, then 400 says what is wrong with it', async (body, word) => {
    const reply = await post('/v1/markers', body);
    expect([reply.status, JSON.stringify(await json(reply))]).toEqual([400, expect.stringContaining(word)]);
  });
});

describe('alerts', () => {
  it('are listed, and acknowledged with who and why', async () => {
    expect((await get('/v1/alerts?state=open')).status).toBe(200);
    const reply = await post(`/v1/alerts/${ENTRY_ID}/acknowledge`, { note: 'known' });
    expect([reply.status, (await json(reply)).state]).toEqual([200, 'acknowledged']);
    expect(asked('acknowledge')).toEqual([ENTRY_ID, { note: 'known', actor: expect.stringMatching(/^key:/) }]);
  });
  it('given one that is unknown, then 404', async () =>
    expect((await post('/v1/alerts/00000000-0000-4000-8000-000000000000/acknowledge', {})).status).toBe(404));
});

describe('jobs', () => {
  it('are listed and cancelled', async () => {
    // One more is asked for than is answered, so that a list that is cut says so.
    expect(await json(await get('/v1/jobs?limit=5'))).toEqual({ data: [], next_cursor: null, truncated: false });
    expect(asked('jobs')).toEqual([6]);
    const reply = await post('/v1/jobs/j1/cancel');
    expect([reply.status, await json(reply)]).toEqual([200, { id: 'j1', outcome: 'removed' }]);
    expect((await post('/v1/jobs/j2/cancel')).status).toBe(404);
  });
  it('given nobody, then 401', async () => expect((await app.get('/v1/jobs')).status).toBe(401));
});

describe('verifying', () => {
  it('is asked for and told', async () => {
    const reply = await post('/v1/ledger/verifications');
    expect([reply.status, await json(reply)]).toEqual([202, { job_id: 'verify-asked' }]);
    expect(asked('enqueueVerification')).toEqual([expect.stringMatching(/^key:/)]);
    expect(await json(await get('/v1/ledger/verifications'))).toEqual({ data: [], next_cursor: null });
    expect((await get('/v1/ledger/verifications?limit=3')).status).toBe(400);
  });
  it('of a seal in the ledger is asked for likewise', async () => {
    const reply = await post('/v1/ledger/checkpoints');
    expect([reply.status, await json(reply)]).toEqual([202, { job_id: 'seal-asked' }]);
    expect(asked('enqueueSeal')).toEqual([expect.stringMatching(/^key:/)]);
  });
  it('given a queue that is away, then 503, and it can be asked for again', async () => {
    app.service.queueAway = true;
    const reply = await post('/v1/ledger/verifications');
    expect([reply.status, (await json(reply)).code]).toEqual([503, 'unavailable']);
    app.service.queueAway = false;
  });
});

describe('the gap report of a week', () => {
  it.each([
    ['json', 'application/json', '"week":"2026-W40"'],
    ['markdown', 'text/markdown', '# Gap report 2026-W40'],
    ['html', 'text/html', '<h1>Gap report 2026-W40'],
  ])('given the format %s, then it is answered as %s', async (format, type, beginning) => {
    const reply = await get(`/v1/reports/gap/2026-W40?format=${format}`);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, expect.stringContaining(type)]);
    expect(await reply.text()).toContain(beginning);
  });
  it('given no such week, then 404; given no week, then 400', async () => {
    expect((await get('/v1/reports/gap/2027-W53')).status).toBe(404);
    expect((await get('/v1/reports/gap/october')).status).toBe(400);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { CliContext } from '../../../src/cli/context.js';
import { runCli } from '../../../src/cli/program.js';
import { Problem } from '../../../src/kernel/errors.js';
import type { Service } from '../../../src/service-types.js';
import { ENTRY_ID, FakeService } from './fake-service.js';

/** Runs one call over a fake service. */
async function cli(
  args: string[],
  change: (service: any, fake: FakeService) => void = () => undefined,
  env: Record<string, string> = {},
) {
  const fake = new FakeService();
  const out: string[] = [];
  const err: string[] = [];
  const opened: unknown[] = [];
  const context: CliContext = {
    env,
    clock: () => new Date('2026-10-03T12:00:00Z'),
    open: (_config, _clock, options) => {
      const { log: _log, ...how } = options ?? {};
      opened.push(how);
      const service = {
        ...fake.as(),
        start: () => Promise.resolve(void opened.push('started')),
        stop: () => Promise.resolve(void opened.push('stopped')),
      };
      change(service, fake);
      return Promise.resolve(service as unknown as Service);
    },
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    serve: (roles) => Promise.resolve(void opened.push(['served', ...(roles ?? ['everything'])])),
    script: (name, given) => Promise.resolve(opened.push([name, ...given])),
    exitCode: 0,
  };
  const code = await runCli(args, context);
  return { code, out: out.join('\n'), err: err.join('\n'), opened, queries: fake.queries };
}

const attached = [{ roles: [], attach: true }, 'stopped'];

describe('truth-ledger', () => {
  it.each([[['--help']], [['help']], [['keys', '--help']], [['reconcile', '--help']]])(
    'given %p, when it is called, then help and exit code 0',
    async (args) => {
      const { code, out } = await cli(args);
      expect(code).toBe(0);
      expect(out).toContain('Usage: truth-ledger');
    },
  );

  it('given --help, when it is called, then every command and the exit codes are named', async () => {
    const { out } = await cli(['--help']);
    for (const name of [
      'serve',
      'demo',
      'reconcile',
      'rebuild',
      'verify',
      'trace',
      'replay',
      'erase',
      'keys',
      'Exit codes: 0',
      'DATA_DIR',
    ])
      expect(out).toContain(name);
  });

  it('given --version, when it is called, then the version of the package', async () => {
    expect(await cli(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it.each([
    [['nonsense']],
    [['verify', '--nonsense']],
    [['reconcile', '--from', '2026-10-01']],
    [['reconcile', '--from', '2026-10-01', '--to', 'tomorrow']],
    [['reconcile', '--from', '2026-10-02', '--to', '2026-10-01']],
    [['trace', 'signups']],
    [['trace', 'signups', 'monday']],
    [['report', 'october']],
    [['report', '2027-W53']],
    [['report', '--format', 'pdf']],
    [['keys', 'create', '--name', 'a']],
    [['keys', 'create', '--name', 'a', '--scope', 'root']],
    [['erase', '--user-id', 'u1']],
    [['erase', '--reason', 'asked for']],
    [['erase', '--user-id', 'u1', '--customer', 'cus_1', '--reason', 'asked for']],
    [['serve', '--role', 'boss']],
    [['serve', '--role', '']],
    [[]],
  ])(
    'given the mistaken call %p, when it is made, then exit code 2, a sentence, and nothing is opened',
    async (args) => {
      const { code, err, opened } = await cli(args);
      expect([code, opened]).toEqual([2, []]);
      expect(err.length).toBeGreaterThan(20);
      expect(err).not.toContain('    at ');
    },
  );

  it('given a wrong setting, when a command is run, then exit code 2 and its sentence', async () => {
    const { code, err } = await cli(['verify'], undefined, { PORT: 'x' });
    expect([code, err]).toEqual([2, 'PORT must be a whole number from 0 to 65535.']);
  });

  it('given serve and demo, when they are called, then they are run with what was given', async () => {
    const whole = ['served', 'everything'];
    expect((await cli(['serve'])).opened).toEqual([whole]);
    expect((await cli(['serve', '--role', 'projector'])).opened).toEqual([['served', 'projector']]);
    expect((await cli(['serve', '--role', 'api,worker', '--role', 'api'])).opened).toEqual([
      ['served', 'api', 'worker'],
    ]);
    expect((await cli(['demo', '--exit'])).opened).toEqual([['demo.mjs', '--exit']]);
  });
});

describe('truth-ledger erase', () => {
  const reached = { entries: 3, dead_letters: 1, tracked_events: 2, keys_deleted: 6 };
  const told = { id: ENTRY_ID, state: 'done', recorded: true, finished_at: '2026-10-03T12:00:00.000Z', reached };
  const erasing =
    (result: object, asked: unknown[] = []) =>
    (service: any) =>
      (service.erasures = {
        personAsked: (named: object) => ({ ...named, hashed: true }),
        erase: (request: unknown, asker: { actor: string }) => (
          asked.push(request, asker.actor),
          Promise.resolve(result)
        ),
      });
  const call = ['erase', '--email', 'ada@example.com', '--reason', 'asked for'];

  it('given a person, when erased, then what was reached, by the user of the system', async () => {
    const asked: unknown[] = [];
    const { code, out } = await cli(call, erasing(told, asked));
    expect([code, asked[0]]).toEqual([
      ...[0, { person: { email: 'ada@example.com', hashed: true }, reason: 'asked for' }],
    ]);
    expect(asked[1]).toMatch(/^cli:/);
    expect(out).toMatch(/done +true +3 +1 +2 +6/);
  });

  it('given one who was erased before, or an erasure that still runs, then it says so', async () => {
    const again = await cli(call, erasing({ ...told, recorded: false }));
    expect([again.code, again.out.split('\n').at(-1)]).toEqual([
      ...[0, 'They were erased before, and nothing more of them is known.'],
    ]);
    expect((await cli(call, erasing({ ...told, state: 'running', finished_at: null }))).code).toBe(1);
  });
});

describe('truth-ledger ledger seal', () => {
  it('given a ledger, then it says which entry has the signed root, as JSON too', async () => {
    const { code, out } = await cli(['ledger', 'seal']);
    expect([code, out]).toEqual([0, 'Entry 8 has the signed root of the first 7 entries: ab.']);
    const json = await cli(['ledger', 'seal', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ position: 8, checkpoint: { size: 7 } });
  });

  it('given an empty ledger, then there is nothing to seal', async () => {
    const { code, out } = await cli(
      ['ledger', 'seal'],
      (service) => (service.seal.enter = () => Promise.resolve(undefined)),
    );
    expect([code, out]).toEqual([0, 'The ledger is empty.']);
  });
});

describe('truth-ledger verify', () => {
  const report = { ok: true, position: 7, stateHash: 'a', rebuiltStateHash: 'a', findings: [], counts: {} };
  const with_ = (result: unknown) => (service: any) => (service.projections.verify = () => Promise.resolve(result));

  it('given a good model, when it is verified, then exit code 0', async () => {
    const { code, out, opened } = await cli(['verify'], with_(report));
    expect([code, opened]).toEqual([0, attached]);
    expect(out).toContain('position 7');
  });

  it('given a difference, when it is verified, then exit code 1 and the finding, also as JSON', async () => {
    const bad = with_({
      ...report,
      ok: false,
      rebuiltStateHash: 'b',
      findings: [{ kind: 'daily', detail: 'signups 2026-10-03: 4, should be 3' }],
      counts: { daily: 9 },
    });
    const { code, out } = await cli(['verify'], bad);
    expect(code).toBe(1);
    expect(out).toContain('daily: signups 2026-10-03: 4, should be 3\nand 8 more');
    const json = await cli(['verify', '--json'], bad);
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, state_hash: 'a', rebuilt_state_hash: 'b' });
  });

  it('given rows of a close that are not what it stored, when it is verified, then exit code 1, and it is told which', async () => {
    const detail = 'Of the close 2026-10@1, 2 rows of close.rows differ from the ledger.';
    const changed = (service: any) => {
      with_(report)(service);
      const found = { counts: { closed_rows: 2 }, findings: [{ kind: 'closed_rows', detail }] };
      service.close.verify = () => Promise.resolve(found);
    };
    const { code, out } = await cli(['verify'], changed);
    expect([code, out]).toEqual([1, expect.stringContaining(`closed_rows: ${detail}`)]);
  });

  it('given a ledger that was changed, when it is verified, then exit code 1 and each verdict, also as JSON', async () => {
    const finding = { verdict: 'edit', position: 3, detail: 'Entry 3 is not what was sealed there.' };
    const tampered = (service: any) => {
      with_(report)(service);
      service.seal.verify = () =>
        Promise.resolve({ ok: false, entries: 7, sealed: 2, checkpoints: 1, root: 'r', findings: [finding], count: 4 });
    };
    const { code, out } = await cli(['verify'], tampered);
    expect(code).toBe(1);
    expect(out).toContain('edit: Entry 3 is not what was sealed there.\nand 3 more');
    const json = await cli(['verify', '--json'], tampered);
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, ledger: { sealed: 2, findings: [finding] } });
  });

  it('given a ledger that was changed and numbers that cannot be derived from it, then what was found is told all the same', async () => {
    const finding = { verdict: 'edit', position: 3, detail: 'Entry 3 is not what was sealed there.' };
    const tampered = (service: any) => {
      service.seal.verify = () => Promise.resolve({ ok: false, entries: 7, findings: [finding], count: 1 });
      service.projections.verify = () => Promise.reject(new Error('Invalid time value'));
    };
    const { code, out } = await cli(['verify'], tampered);
    expect([code, out]).toEqual([1, expect.stringContaining('edit: Entry 3')]);
    expect(out).toContain('could not be derived from it again: Invalid time value');
    const json = await cli(['verify', '--json'], tampered);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: false,
      findings: [{ kind: 'not_derivable' }],
      ledger: { count: 1, findings: [finding] },
    });
  });

  it('given a failure, when it is verified, then exit code 1, its sentence, and the service is closed', async () => {
    const { code, err, opened } = await cli(
      ['verify'],
      (service) => (service.projections.verify = () => Promise.reject(new Error('the disk is full'))),
    );
    expect([code, err, opened]).toEqual([1, 'the disk is full', attached]);
  });
});

describe('truth-ledger rebuild and reconcile', () => {
  const audits = (err: string) => err.split('\n').filter((line) => line.includes('"audit":true'));

  it('given rebuild, when it is run, then the same command as anywhere, with an audit line', async () => {
    const { code, out, err, queries } = await cli(['rebuild', '--json']);
    expect([code, JSON.parse(out)]).toEqual([0, { position: 7, state_hash: 'abc' }]);
    expect(queries.map(({ name }) => name)).toEqual(['rebuild']);
    expect(audits(err)).toHaveLength(1);
    expect(audits(err)[0]).toContain('"command":"RebuildProjection","actor":"cli:');
  });

  it('given another time zone, when rebuild accepts it, then the service is opened with that', async () => {
    const { opened } = await cli(['rebuild', '--change-time-zone']);
    expect(opened[0]).toEqual({ roles: [], attach: true, changeZone: true });
    expect((await cli(['rebuild'])).opened[0]).toEqual({ roles: [], attach: true, changeZone: false });
  });

  it('given reconcile, when it is run, then it runs here and prints the rows', async () => {
    const row = {
      day: '2026-10-01',
      source: 'collector',
      metric: 'signups',
      actual: 10,
      tracked: 7,
      gap: 3,
      gap_pct: 30,
      status: 'ok',
    };
    const change = (_service: any, fake: FakeService) => void (fake.reconciliations = [row]);
    const { code, out, err, queries, opened } = await cli(
      ['reconcile', '--from', '2026-10-01', '--to', '2026-10-02', '--metric', 'signups', 'orders'],
      change,
    );
    expect(code).toBe(0);
    expect(queries[0]).toMatchObject({
      name: 'now',
      args: [{ from: '2026-10-01', to: '2026-10-02', metrics: ['signups', 'orders'] }, expect.stringContaining('cli:')],
    });
    expect(out.split('\n')[1]).toMatch(/^2026-10-01 +collector +signups +10 +7 +3 +30 +- +ok$/);
    expect(audits(err)).toHaveLength(1);
    // Without a running service somebody has to bring the read model to the head.
    expect(opened).toEqual([{ roles: ['projector'], attach: true }, 'started', 'stopped']);
  });
});

describe('truth-ledger reconcile', () => {
  it('given a row that failed, when it is reconciled, then exit code 1', async () => {
    const call = ['reconcile', '--from', '2026-10-01', '--to', '2026-10-01', '--json'];
    const { code, out } = await cli(
      call,
      (_service, fake) => void (fake.reconciliations = [{ day: '2026-10-01', status: 'failed' }]),
    );
    expect([code, JSON.parse(out)]).toEqual([
      1,
      { run_id: 'run-1', recorded: 1, data: [{ day: '2026-10-01', status: 'failed' }] },
    ]);
  });
});

describe('truth-ledger reconcile, called wrongly', () => {
  it.each([
    [
      ['2026-13-01', 'x'],
      '--from must be a calendar day such as 2026-10-03\n--to must be a calendar day such as 2026-10-03',
    ],
    [['2026-10-02', '2026-10-01'], 'from must not be after to.'],
    [['2016-10-02', '2026-12-01'], 'A range may have 3700 days.'],
  ])('given the days %p, then a sentence for each mistake and exit code 2', async ([from, to], sentence) => {
    const { code, err } = await cli(['reconcile', '--from', from!, '--to', to!]);
    expect([code, err]).toEqual([2, sentence]);
  });
});

describe('truth-ledger trace', () => {
  it('given a metric and a day, when it is traced, then every page of its entries', async () => {
    const pages = [
      { data: [{ position: 1, delta: 1, entry_id: 'a' }], next_cursor: 'next' },
      { data: [{ position: 2, delta: -1, entry_id: 'b' }], next_cursor: null },
    ];
    const change = (service: any) =>
      (service.report.contributions = (_: string, { cursor }: any) => Promise.resolve(cursor ? pages[1] : pages[0]));
    const { code, out } = await cli(['trace', 'signups', '2026-10-03', '--json'], change);
    expect([code, JSON.parse(out).data.map((row: any) => row.entry_id)]).toEqual([0, ['a', 'b']]);
  });

  it('given the id of an entry, when it is traced, then the entry', async () => {
    const { code, out } = await cli(['trace', ENTRY_ID]);
    expect([code, JSON.parse(out)]).toEqual([0, { id: ENTRY_ID }]);
  });

  it.each([[['trace', ENTRY_ID]], [['trace', 'none', '2026-10-03']]])(
    'given %p and nothing of that name, when it is traced, then exit code 1',
    async (args) => {
      const nothing = () => Promise.resolve(undefined);
      const { code, err } = await cli(args, (service) =>
        Object.assign(service.report, { entry: nothing, contributions: nothing }),
      );
      expect(code).toBe(1);
      expect(err).toContain('There is no');
    },
  );
});

describe('truth-ledger report', () => {
  it('given a week, when it is asked for, then its report as text or JSON', async () => {
    expect((await cli(['report', '2026-W40'])).out).toContain('# Gap report 2026-W40');
    expect(JSON.parse((await cli(['report', '2026-W40', '--format', 'json'])).out)).toMatchObject({ week: '2026-W40' });
  });
});

describe('truth-ledger replay', () => {
  const letters = [
    { id: 'l3', origin: '/auth' },
    { id: 'l2', origin: 'stripe' },
    { id: 'l1', origin: '/auth' },
  ];
  /** Letters of a service, newest first, and what becomes of each: an outcome, or the error it is refused with. */
  const holding =
    (becomes: Record<string, unknown>, asked: unknown[] = []) =>
    (service: any) => {
      service.ingest.deadLetters = {
        find: (id: string) => Promise.resolve(letters.find((letter) => letter.id === id)),
        list: (query: { cursor?: string }) => {
          asked.push(query);
          // Two pages.
          const data = query.cursor === undefined ? letters.slice(0, 2) : letters.slice(2);
          return Promise.resolve({ data, nextCursor: query.cursor === undefined ? 'more' : null });
        },
        replay: (id: string) => {
          const outcome = becomes[id] ?? { outcome: 'recorded', entryId: ENTRY_ID };
          return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
        },
      };
    };

  it('given the id of a letter, when it is replayed, then its outcome, exit code 0 and an audit line', async () => {
    const { code, out, err } = await cli(['replay', 'l2', '--json'], holding({}));
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { data: [{ id: 'l2', outcome: 'recorded', status: 202, entry_id: ENTRY_ID }] },
    ]);
    expect(err).toContain('"command":"ReplayDeadLetter"');
  });

  it('given an origin and a reason, when its letters are replayed, then the open ones of all pages, those that came first first', async () => {
    const asked: unknown[] = [];
    const { code, out } = await cli(
      ['replay', '--origin', '/auth', '--reason', 'invalid_event'],
      holding({ l3: { outcome: 'enqueued' } }, asked),
    );
    expect([code, out.split('\n').map((line) => line.split(/ +/).slice(0, 2))]).toEqual([
      0,
      [
        ['id', 'outcome'],
        ['l1', 'recorded'],
        ['l3', 'enqueued'],
      ],
    ]);
    expect(asked[0]).toMatchObject({ reason: 'invalid_event', resolved: false });
  });

  it('given one that is refused again and one that only a rebuild settles, then the others are replayed, and exit code 1', async () => {
    const { code, out } = await cli(
      ['replay', '--all'],
      holding({
        l1: { outcome: 'rejected', code: 'invalid_event', errors: ['data.user_id is needed.'] },
        l2: new Problem('needs_rebuild'),
      }),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/^l1 +rejected +- +data\.user_id is needed\.$/m);
    expect(out).toMatch(/^l2 +refused +- +Only a rebuild/m);
    expect(out).toMatch(/^l3 +recorded +/m);
  });

  it.each([
    ['no letter of that id', ['replay', 'l9'], 1, 'There is no dead letter with this id.'],
    ['neither an id nor a filter', ['replay'], 2, 'Give the id of a dead letter, or --reason, --origin or --all'],
    ['both', ['replay', 'l1', '--all'], 2, 'Give the id of a dead letter, or --reason, --origin or --all'],
  ])('given %s, then its sentence and exit code', async (_, args, code, sentence) => {
    const result = await cli(args, holding({}));
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(sentence)]);
  });

  it('given a ledger that is down, when many are replayed, then it stops, with exit code 1', async () => {
    const { code, err } = await cli(['replay', '--all'], holding({ l1: new Problem('unavailable') }));
    expect([code, err.split('\n').at(-1)]).toEqual([1, 'It could not be made durable just now.']);
  });
});

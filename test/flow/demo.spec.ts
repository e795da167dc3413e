import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { chromiumAt, openBrowser } from '../support/browser.js';
import { describeWhere } from '../support/where.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DEMO_MS = 300_000;
const VIEWS = ['Gap', 'Signals', 'Numbers', 'Attribution', 'Customers', 'Close', 'Health', 'Contract'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** `npm run demo` with these options, once everything is installed and built. */
class Demo {
  said = '';
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(...options: string[]) {
    this.child = spawn(process.execPath, ['scripts/demo.mjs', ...options], { cwd: ROOT, stdio: 'pipe' });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (text: Buffer) => (this.said += text.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Resolves when it has said a sentence; rejects when it ends without. */
  says(sentence: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => void (this.said.includes(sentence) && resolve());
      this.child.stdout!.on('data', look);
      look();
      void this.ended.then((code) => reject(new Error(`The demo ended with ${code}:\n${this.said.slice(-8_000)}`)));
    });
  }

  /** What a pattern finds in what it said. */
  found(pattern: RegExp): string {
    const [, text] = pattern.exec(this.said) ?? [];
    if (text === undefined) throw new Error(`The demo never said ${pattern.source}:\n${this.said.slice(-8_000)}`);
    return text;
  }

  /** A key that an operator makes for a person, beside the running service. */
  key(name: string, ...scopes: string[]): string {
    const env = {
      PATH: process.env['PATH'],
      DATA_DIR: this.found(/data in (\S+)/),
      REPORTING_TIME_ZONE: this.found(/days in (\S+)/),
    };
    const args = ['dist/cli.js', 'keys', 'create', '--name', name, '--json'];
    const wanted = scopes.flatMap((scope) => ['--scope', scope]);
    const { stdout, stderr } = spawnSync(process.execPath, [...args, ...wanted], { cwd: ROOT, env, encoding: 'utf8' });
    if (stdout === '') throw new Error(stderr);
    return (JSON.parse(stdout) as { key: string }).key;
  }

  endInput(): void {
    this.child.stdin!.end();
  }
}

let demo: Demo;
beforeAll(async () => {
  demo = new Demo('--exit=eof', '--visitors', '500');
  await demo.says('Serving until');
}, DEMO_MS);
afterAll(async () => {
  demo.endInput();
  await demo.ended;
});

describeWhere(chromiumAt !== undefined)('given the running demo, in a real browser', () => {
  let browser: Browser;
  let page: Page;
  let url: string;
  let month: string;
  beforeAll(async () => {
    url = demo.found(/The service is up after [\d.]+ s: (\S+),/);
    month = demo.found(/a shop's month: (\d{4}-\d\d)/);
    browser = await openBrowser();
    page = await browser.newPage();
  });
  afterAll(() => browser.close());

  const settled = (): Promise<void> => page.waitForSelector('.loading', { state: 'detached' }).then(() => undefined);
  const goTo = async (view: string): Promise<void> => {
    await page.getByRole('navigation').getByRole('link', { name: view, exact: true }).click();
    await settled();
  };
  const signInAs = async (key: string): Promise<void> => {
    if ((await page.getByRole('button', { name: 'Sign out' }).count()) > 0)
      await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page
      .getByText(/days and times in /)
      .first()
      .waitFor();
  };
  const accessible = async (what: string): Promise<void> => {
    await page.evaluate(axe);
    const broken: { id: string }[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
    expect([what, broken.map(({ id }) => id)]).toEqual([what, []]);
  };
  const confirm = async (submit: string, reason?: string): Promise<void> => {
    const dialog = page.getByRole('dialog');
    if (reason !== undefined) await dialog.getByRole('textbox').fill(reason);
    await dialog.getByRole('button', { name: submit, exact: true }).click();
  };
  const period = () => page.getByRole('region', { name: `Period ${month}` });
  const closeOf = async (key: string): Promise<void> => {
    await signInAs(key);
    await page.goto(`${url}/?view=close&period=${month}`);
    await period().waitFor();
  };

  it('when its link is followed, then every view shows something, without an error and accessible to everybody', async () => {
    const complaints: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    page.on('pageerror', (error) => void complaints.push(error.message));
    await page.goto(demo.found(/(http:\S+\/sign-in\?code=\S+)/));
    await page.getByRole('heading', { name: /day by day/ }).waitFor();
    for (const view of VIEWS) {
      await goTo(view);
      expect([view, await page.locator('.failed').count()]).toEqual([view, 0]);
      await accessible(view);
    }
    expect(complaints).toEqual([]);
  });

  it('when a gap is followed, then it leads over a cause and an id to the ledger entry under the true number', async () => {
    await goTo('Gap');
    await page.getByRole('button', { name: /^Revenue, gross, USD/ }).click();
    const days = page.getByRole('region', { name: 'Revenue, gross, true against collector' });
    const lossy = days.getByRole('row').filter({ hasNot: page.getByRole('cell', { name: '0.0 %' }) });
    await lossy.getByRole('button').first().click();
    const day = page.getByRole('region', { name: /^Revenue, gross on / });
    await day.getByRole('region', { name: 'Why they differ' }).waitFor();
    await accessible('a day');
    const ids = day.getByRole('region', { name: /^The ids/ });
    expect(await ids.textContent()).not.toMatch(/T\d\d:\d\d/); // evidence is told by the clock of the zone too
    const missing = ids.getByRole('row', { name: /missing in analytics/ }).first();
    await missing.getByRole('button').click();
    await day.getByText(/^Ledger entries of /).waitFor();
    await day
      .getByRole('button', { name: /^#[\d,]+$/ })
      .first()
      .click();
    const entry = page.getByRole('dialog', { name: 'Ledger entry' });
    await entry.getByText(/stripe-signature/).waitFor();
    await entry.getByText(/covered: its inclusion proof/).waitFor();
    await page.keyboard.press('Escape');
  });

  it('when a service says what it must not, then it is looked into, replayed in vain, and dismissed', async () => {
    const wrong = {
      ...{ specversion: '1.0', id: 'not-a-signup', source: '/auth', type: 'user.signed_up' },
      ...{ time: new Date().toISOString(), data: { plan: 'gold' } },
    };
    const { status } = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: demo.found(/(Bearer demo_[\w-]+)/),
        'content-type': 'application/cloudevents+json',
      },
      body: JSON.stringify(wrong),
    });
    expect(status).toBe(400);
    await goTo('Health');
    const letter = page.getByRole('row', { name: /not-a-signup/ });
    await letter.getByRole('button', { name: /UTC\+[12]$/ }).click();
    await page.getByRole('dialog').getByText('"gold"').waitFor();
    await page.keyboard.press('Escape');
    await letter.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('Replayed: rejected.').waitFor();
    await letter.getByRole('button', { name: 'Dismiss' }).click();
    await confirm('Dismiss', 'a try of the auth team');
    await letter.waitFor({ state: 'detached' });
  });

  it('when the close is looked at, then the month is tied out with the provider, and nothing is left unexplained', async () => {
    await closeOf(demo.key('frank', 'read'));
    const tieOut = page.locator('#tie-out');
    await tieOut
      .getByText(/^Everything ties out: \d+ lines are the same on both sides .* in EUR, JPY and USD\.$/)
      .waitFor();
    const balances = tieOut.getByRole('region', { name: 'From balance to balance' }).getByRole('row');
    expect(await balances.locator('td:last-child').allTextContents()).toEqual(['0.00 EUR', '0 JPY', '0.00 USD']);
    await accessible('a month that is tied out');
  });

  it('when two people reopen the closed month, then two people close it again, with what came late in it', async () => {
    const [carol, dave] = [demo.key('carol', 'finance', 'read'), demo.key('dave', 'finance', 'read')];
    await closeOf(carol);
    await period().getByRole('button', { name: 'Ask to reopen' }).click();
    await confirm('Ask to reopen', 'a refund came late');
    await period().getByText('another person has to ask for it too').first().waitFor();
    await closeOf(dave);
    await period().getByRole('button', { name: 'Reopen, as the second person' }).click();
    await confirm('Reopen');
    await period().getByText('Reopened, with every later period.').waitFor();
    await period().getByRole('button', { name: 'Propose', exact: true }).click();
    await confirm('Propose', 'the refund is in it now');
    await period().getByText('You proposed this: another person has to approve it.').waitFor();
    await closeOf(carol);
    await period().getByRole('button', { name: 'Approve' }).click();
    await confirm('Approve');
    await period().getByRole('button', { name: 'Close', exact: true }).click();
    await confirm('Close');
    await period()
      .getByText(/^Closed, version 2/)
      .waitFor();
  });

  it('when a key may only read, then the close and the jobs are there, and nothing can be done to them', async () => {
    await closeOf(demo.key('erin', 'read'));
    await period().getByText('Closing needs a key with the scope finance.').waitFor();
    for (const name of ['Ask to reopen', 'Propose', 'Approve', 'Tie out now', 'Verify now'])
      expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0]);
    await goTo('Health');
    await page.getByText('Cancelling needs a key with the scope admin.').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
  });
});

describe('given the smallest shop', () => {
  it('when the demo has run, then every figure is as planted, every trial was stood, the month is closed, and it ends well', async () => {
    demo.endInput();
    const code = await demo.ended;
    expect([code, code === 0 ? '' : demo.said.slice(-8_000)]).toEqual([0, '']);
    expect(demo.said).toMatch(/✓ [\d,]{5,} figures of the generator's own plan, all as the service answers them/);
    for (const trial of [
      'a forged delivery was refused',
      'repeated 100 times',
      'kill -9: back',
      'lines are the same on both sides to the last cent',
      'Nothing is in the way.',
      'the closed number did not move',
    ])
      expect(demo.said).toContain(trial);
    expect(demo.said).not.toContain('✗');
  });
});

it('given an option that makes no sense, then it says so and runs nothing', async () => {
  const refused = new Demo('--visitors', 'many');
  expect([await refused.ended, refused.said]).toEqual([
    ...[2, '--visitors must be a whole number from 500 to 100000.\n'],
  ]);
});

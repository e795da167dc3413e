// How soon a view of the dashboard is there and takes clicks, for somebody who is signed in: node bench/page.mjs <address> <API key> [query ...]
// A query is what stands behind the ? of an address; without one it is the first view. Five visits each, in a real browser with a new profile.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { loadAverage } from './machine.mjs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((each) => existsSync(each));
const VISITS = 5;

/** Milliseconds of each visit, the fastest first; undefined without a browser. A view is there when nothing of it is on its way any more. */
export async function visits(url, key, query = '') {
  if (!CHROMIUM) return undefined;
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  const interactive_ms = [];
  try {
    while (interactive_ms.length < VISITS) interactive_ms.push(await visit(browser, url, key, query));
  } finally {
    await browser.close();
  }
  return { interactive_ms: interactive_ms.sort((a, b) => a - b), load_average: loadAverage()[0] };
}

async function visit(browser, url, key, query) {
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(`${url}/?view=contract`);
  await tab.getByLabel('API key').fill(key);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('table').first().waitFor();
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(`${url}/?${query}`);
  await page.locator('main section').first().waitFor();
  await page.waitForSelector('.loading', { state: 'detached' });
  await page.evaluate('new Promise((resolve) => setTimeout(resolve))'); // the page answers
  const took = Math.round(performance.now() - began);
  await context.close();
  return took;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [url, key, ...queries] = process.argv.slice(2);
  for (const query of queries.length === 0 ? [''] : queries)
    console.log(JSON.stringify({ name: 'page', query, ...(await visits(url, key, query)) }));
}

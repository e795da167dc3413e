import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a Chromium is on this machine; undefined: there is none, and npm has none. */
export const chromiumAt: string | undefined = PLACES.find((place) => existsSync(place));

/** A browser that asks nobody but the pages it is given. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumAt!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

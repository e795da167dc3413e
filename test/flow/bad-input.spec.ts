import { readFileSync } from 'node:fs';
import net from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { verifyLedger } from '../../src/ledger/verify-ledger.js';
import {
  besideService,
  call,
  dataFolder,
  KEYS,
  read,
  removeFolder,
  type Answer,
  type ServiceProcess,
  startService,
} from '../support/service-process.js';
import { bearer, cloudEvent, nowS, signature, signed } from '../support/traffic.js';

const dataDir = dataFolder();
let service: ServiceProcess;
let url: string;
beforeAll(async () => {
  service = startService(dataDir);
  url = await service.listening;
  await send('/webhooks/stripe', signed(eventText()), eventText()); // something to stay unchanged
});
afterAll(() => removeFolder(dataDir, [service]));

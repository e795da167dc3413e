import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { settingsForLog } from '../../../src/app/settings-for-log.js';
import { defaultChannels } from '../../../src/catalog/channels.js';
import { readConfig, settingNames } from '../../../src/config.js';
import { SetupError } from '../../../src/kernel/errors.js';

const mistakesOf = (env: Record<string, string>): string[] => {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(SetupError);
    return (error as Error).message.split('\n');
  }
  return [];
};

describe('readConfig', () => {
  it('given nothing, when it is read, then everything has its default', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      trustedProxies: [],
      dataDir: path.resolve('.data'),
      reportingTimeZone: 'UTC',
      collectorWriteKeys: [],
      stripe: { webhookSecrets: [], apiBase: 'https://api.stripe.com' },
      square: { signatureKeys: [], plans: [], apiBase: 'https://connect.squareup.com' },
      adyen: { hmacKeys: [], automaticCapture: [], reportBase: 'https://ca-live.adyen.com' },
      alerts: { emailTo: [] },
      fiscalCalendar: { name: 'month' },
      keyPoolMinutes: 5,
      trackedRetentionDays: 400,
      sources: { sources: [], contract: {} },
      channels: defaultChannels,
      logLevel: 'info',
    });
  });

  it('given every setting, when it is read, then it is typed', () => {
    const config = readConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      DATA_DIR: '/srv/ledger',
      LEDGER_URL: 'postgres://a@b/c',
      DATABASE_URL: 'postgresql://a@b/c',
      REDIS_URL: 'rediss://r',
      REPORTING_TIME_ZONE: 'America/New_York',
      ADMIN_API_KEY: 'sixteen-letters!',
      VAULT_KEY: Buffer.alloc(32, 7).toString('base64'),
      COLLECTOR_WRITE_KEYS: 'abc==, web=wk_1',
      STRIPE_WEBHOOK_SECRETS: 'whsec_1, whsec_2',
      STRIPE_API_BASE: 'http://127.0.0.1:12111/',
      SQUARE_WEBHOOK_SIGNATURE_KEYS: 'sq',
      SQUARE_NOTIFICATION_URL: 'https://shop.example/webhooks/square',
      ADYEN_HMAC_KEYS: 'AB12,cd34',
      ADYEN_BASIC_AUTH: 'user:pass:word',
      ADYEN_AUTOMATIC_CAPTURE: 'ShopNL, Shop_DE',
      LOG_LEVEL: 'silent',
    });
    expect(config).toMatchObject({
      port: 0,
      dataDir: '/srv/ledger',
      reportingTimeZone: 'America/New_York',
      collectorWriteKeys: [
        { name: 'collector-1', key: 'abc==' },
        { name: 'web', key: 'wk_1' },
      ],
      stripe: { webhookSecrets: ['whsec_1', 'whsec_2'], apiBase: 'http://127.0.0.1:12111' },
      square: { signatureKeys: ['sq'], notificationUrl: 'https://shop.example/webhooks/square' },
      adyen: {
        hmacKeys: ['AB12', 'cd34'],
        basicAuth: 'user:pass:word',
        automaticCapture: ['ShopNL', 'Shop_DE'],
      },
    });
  });

  it('given empty settings, when they are read, then they count as not set', () => {
    expect(readConfig(Object.fromEntries(settingNames.map((name) => [name, ' '])))).toEqual(readConfig({}));
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['HOST', 'a b'],
    ['REPORTING_TIME_ZONE', 'Mars/Olympus'],
    ['DATABASE_URL', 'mysql://a'],
    ['REDIS_URL', 'localhost:6379'],
    ['LEDGER_URL', 'nonsense'],
    ['KEY_POOL_MINUTES', '0'],
    ['TRACKED_RETENTION_DAYS', '119'],
    ['LEDGER_URL', 'kurrentdb://a'],
    ['ADMIN_API_KEY', 'short'],
    ['VAULT_KEY', 'abc'],
    ['COLLECTOR_WRITE_KEYS', 'a,,b'],
    ['COLLECTOR_WRITE_KEYS', 'x=a,y=a'],
    ['STRIPE_WEBHOOK_SECRETS', 'whsec_1,'],
    ['STRIPE_API_BASE', 'api.stripe.com'],
    ['SQUARE_WEBHOOK_SIGNATURE_KEYS', 'k'],
    ['SQUARE_NOTIFICATION_URL', 'shop'],
    ['ADYEN_HMAC_KEYS', 'xyz'],
    ['ADYEN_BASIC_AUTH', 'nobody'],
    ['ADYEN_AUTOMATIC_CAPTURE', 'ShopNL,'],
    ['ADYEN_AUTOMATIC_CAPTURE', 'two words'],
    ['ALERT_WEBHOOK_URL', 'ftp://a'],
    ['ALERT_WEBHOOK_SECRET', 'short'],
    ['ALERT_SLACK_URL', 'hooks.slack.com'],
    ['ALERT_EMAIL_TO', 'ops@shop.test'],
    ['SMTP_URL', 'mail.shop.test'],
    ['LOG_LEVEL', 'loud'],
  ])('given %s=%s, when it is read, then one sentence names it', (name, value) => {
    const mistakes = mistakesOf({ [name]: value });
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(/^[A-Z].*\.$/);
    expect(mistakes[0]).toContain(name.startsWith('SQUARE') ? 'SQUARE_NOTIFICATION_URL' : name);
  });

  it('given several mistakes, when they are read, then all are said at once', () => {
    expect(
      mistakesOf({ PORT: 'x', LOG_LEVEL: 'y', LEDGER_URL: 'kurrentdb://a', REPORTING_TIME_ZONE: 'z' }),
    ).toHaveLength(4);
  });

  it('given secrets, wrong or right, when anything is said of them, then none is in it', () => {
    const secret = 'canary';
    const wrong = mistakesOf({
      ADMIN_API_KEY: secret,
      VAULT_KEY: secret,
      DATABASE_URL: `mysql://u:${secret}@h`,
      REDIS_URL: `http://u:${secret}@h`,
      LEDGER_URL: `odd://u:${secret}@h`,
      STRIPE_WEBHOOK_SECRETS: `${secret},`,
      COLLECTOR_WRITE_KEYS: `${secret},${secret}`,
      ADYEN_HMAC_KEYS: secret,
      ADYEN_BASIC_AUTH: secret,
    });
    expect(wrong).toHaveLength(9);
    expect(wrong.join()).not.toContain(secret);
    const good = readConfig({
      DATABASE_URL: `postgres://u:${secret}@h/d`,
      STRIPE_WEBHOOK_SECRETS: secret,
      COLLECTOR_WRITE_KEYS: secret,
      SQUARE_WEBHOOK_SIGNATURE_KEYS: secret,
      SQUARE_NOTIFICATION_URL: `https://shop.example/${secret}`,
      ADYEN_HMAC_KEYS: 'abcd',
      ADYEN_BASIC_AUTH: `user:${secret}`,
    });
    expect(JSON.stringify(settingsForLog(good))).not.toContain('abcd');
    expect(JSON.stringify(settingsForLog(good))).not.toContain(secret);
  });

  it('given a ledger that the build can keep, when its address is read, then it is taken', () => {
    expect(readConfig({ LEDGER_URL: 'kurrentdb://a' }, ['postgres', 'kurrentdb']).ledgerUrl).toBe('kurrentdb://a');
    const cluster = readConfig({ LEDGER_URL: 'kurrentdb://u:p@a:2113,b:2113?tls=true' }, ['postgres', 'kurrentdb']);
    expect(settingsForLog(cluster)).toMatchObject({ ledger: 'kurrentdb', database: 'embedded' });
  });

  it.each([
    ['nothing', {}, 'embedded'],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://h/d' }, 'postgres'],
    ['LEDGER_URL', { LEDGER_URL: 'postgres://h/d' }, 'postgres'],
  ])('given %s alone, when it is logged, then ledger and read model are in one place', (_, env, place) => {
    expect(settingsForLog(readConfig(env))).toMatchObject({ ledger: place, database: place });
  });
});

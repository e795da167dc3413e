import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import type { Channels } from './catalog/channels.js';
import type { SquarePlan } from './ingest/providers/square/interpret/plan-value.js';
import { readSquarePlans } from './ingest/providers/square/plan-settings.js';
import { TRACKED_RETENTION_DAYS } from './ingest/prune-tracked.js';
import { isDay } from './kernel/day.js';
import { SetupError } from './kernel/errors.js';
import { readSources, type SourceSettings } from './reconcile/pull/source-settings.js';
import { sourceTypes } from './reconcile/sources/index.js';
import { readChannels } from './report/channel-settings.js';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The settings of one process. Secrets stand in it in clear: it is never logged; `settingsForLog` says what may be. */
export interface Config {
  host: string;
  /** 0 lets the system choose a free port. */
  port: number;
  /** IP addresses and networks whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  /** Absolute. */
  dataDir: string;
  ledgerUrl?: string;
  databaseUrl?: string;
  redisUrl?: string;
  /** IANA name. */
  reportingTimeZone: string;
  /** Which days make a period: calendar months, or weeks of a fiscal year that begins on `start`. */
  fiscalCalendar: { name: 'month' } | { name: '4-4-5'; start: string };
  adminApiKey?: string;
  vaultKey?: string;
  /** Who may send client-side events. The name is what `key=` says, else `collector-<n>`. */
  collectorWriteKeys: readonly { name: string; key: string }[];
  stripe: { webhookSecrets: readonly string[]; apiKey?: string; apiBase: string };
  square: {
    signatureKeys: readonly string[];
    notificationUrl?: string;
    apiKey?: string;
    apiBase: string;
    /** Of which the value is known. */
    plans: readonly SquarePlan[];
  };
  adyen: {
    hmacKeys: readonly string[];
    basicAuth?: string;
    /** Merchant accounts whose payments are captured without a request; `*`: all. */
    automaticCapture: readonly string[];
    /** `user:password` of a user who may read reports. */
    reportUser?: string;
    reportBase: string;
  };
  /** Where alerts are told; nowhere unless set. */
  alerts: {
    webhookUrl?: string;
    webhookSecret?: string;
    slackUrl?: string;
    emailTo: readonly string[];
    smtpUrl?: string;
  };
  /** ISO 4217: what the books are kept in besides the currencies that money moves in. */
  functionalCurrency?: string;
  /** A JSON file with codes and names of accounts. Absolute. */
  chartOfAccounts?: string;
  /** How many minutes of peak the pool of keys lasts without its database, where the ledger is not in it. */
  keyPoolMinutes: number;
  trackedRetentionDays: number;
  /** What is fetched from outside, and what the operator sets of the measurement contract. */
  sources: SourceSettings;
  /** Which channel a source and a medium are of. */
  channels: Channels;
  /** An address outside that is told of each new seal. */
  sealWitnessUrl?: string;
  logLevel: (typeof logLevels)[number];
}

/** Schemes of LEDGER_URL by the backend that keeps such a ledger. */
const LEDGER_SCHEMES: Readonly<Record<string, readonly string[]>> = {
  postgres: ['postgres', 'postgresql'],
  kurrentdb: ['kurrentdb', 'kurrentdb+discover', 'esdb', 'esdb+discover'],
};
/** The scheme of an address; unlike URL this takes several hosts, `kurrentdb://a:2113,b:2113`. */
export const schemeOf = (url: string): string | undefined =>
  /^([a-z][a-z0-9+]*):\/\/[^/?#]/i.exec(url)?.[1]?.toLowerCase();

/** The backend that keeps the ledger of an address, `postgres` without one. */
export const ledgerEngine = (url: string | undefined): string =>
  Object.entries(LEDGER_SCHEMES).find(([, schemes]) => schemes.includes(schemeOf(url ?? 'postgres://x') ?? ''))?.[0] ??
  '';

const SECRET_MIN = 16; // characters; shorter keys can be guessed

const list = (text: string): string[] => text.split(',').map((part) => part.trim());
const isUrl = (text: string, ...schemes: string[]): boolean =>
  URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1));

const isZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
};

/** An IP address, or a network of them. */
const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  return version > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
};

// A 32-byte key: 64 hexadecimal digits, or base64 in either alphabet.
const isKey = (text: string): boolean =>
  /^[0-9a-f]{64}$/i.test(text) || (/^[\w+/-]{43}=?$/.test(text) && Buffer.from(text, 'base64').length === 32);

/** A setting that may be left out; the sentence is for the operator and never holds the value. */
const optional = (good: (text: string) => boolean, sentence: string) => z.string().refine(good, sentence).optional();

const secrets = (name: string) =>
  z
    .string()
    .default('')
    .transform((text) => (text === '' ? [] : list(text)))
    .refine((parts) => parts.every((part) => part.length > 0), `${name} has an empty secret between its commas.`);

const httpUrl = (name: string) => `${name} must be an http:// or https:// address.`;

const base = (name: string, standard: string) => {
  const address = z.string().refine((text) => isUrl(text, 'http', 'https'), httpUrl(name));
  return address.default(standard).transform((text) => text.replace(/\/+$/, ''));
};

const whole = (name: string, { least, most, standard }: { least: number; most: number; standard: number }) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `${name} must be a whole number from ${least} to ${most}.`,
    )
    .default(String(standard))
    .transform(Number);

const schema = z.object({
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'HOST must be a host name or an IP address.')
    .default('127.0.0.1'),
  PORT: whole('PORT', { least: 0, most: 65_535, standard: 3_000 }),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => (text === '' ? [] : list(text)))
    .refine(
      (parts) => parts.every(isNetwork),
      'TRUSTED_PROXIES must be IP addresses or networks such as 10.0.0.0/8, between commas.',
    ),
  DATA_DIR: z
    .string()
    .default('.data')
    .transform((folder) => path.resolve(folder)),
  LEDGER_URL: z
    .string()
    .refine(
      (text) => schemeOf(text) !== undefined,
      'LEDGER_URL must be an address, for example postgres://user@host/database.',
    )
    .optional(),
  DATABASE_URL: optional((text) => isUrl(text, 'postgres', 'postgresql'), 'DATABASE_URL must begin with postgres://.'),
  REDIS_URL: optional((text) => isUrl(text, 'redis', 'rediss'), 'REDIS_URL must begin with redis:// or rediss://.'),
  REPORTING_TIME_ZONE: z
    .string()
    .refine(isZone, 'REPORTING_TIME_ZONE must be a time zone name such as Europe/Berlin or UTC.')
    .default('UTC'),
  FISCAL_CALENDAR: z.enum(['month', '4-4-5'], 'FISCAL_CALENDAR must be month or 4-4-5.').default('month'),
  FISCAL_YEAR_START: optional(isDay, 'FISCAL_YEAR_START must be a day such as 2025-12-29.'),
  ADMIN_API_KEY: optional(
    (text) => text.length >= SECRET_MIN,
    `ADMIN_API_KEY must have at least ${SECRET_MIN} characters.`,
  ),
  VAULT_KEY: optional(isKey, 'VAULT_KEY must be 32 bytes as 64 hexadecimal digits or as base64.'),
  COLLECTOR_WRITE_KEYS: z
    .string()
    .default('')
    .transform((text) => (text === '' ? [] : list(text).map(writeKey)))
    .refine(
      (keys) => keys.every(({ name, key }) => name && key),
      'COLLECTOR_WRITE_KEYS must be keys, or name=key pairs, between commas.',
    )
    .refine(
      (keys) => new Set(keys.map(({ key }) => key)).size === keys.length,
      'COLLECTOR_WRITE_KEYS names one key twice.',
    ),
  STRIPE_WEBHOOK_SECRETS: secrets('STRIPE_WEBHOOK_SECRETS'),
  STRIPE_API_KEY: z.string().optional(),
  STRIPE_API_BASE: base('STRIPE_API_BASE', 'https://api.stripe.com'),
  SQUARE_WEBHOOK_SIGNATURE_KEYS: secrets('SQUARE_WEBHOOK_SIGNATURE_KEYS'),
  SQUARE_NOTIFICATION_URL: optional((text) => isUrl(text, 'http', 'https'), httpUrl('SQUARE_NOTIFICATION_URL')),
  SQUARE_ACCESS_TOKEN: z.string().optional(),
  SQUARE_API_BASE: base('SQUARE_API_BASE', 'https://connect.squareup.com'),
  SQUARE_PLANS: z.string().optional(), // read as a whole by `readSquarePlans`
  ADYEN_HMAC_KEYS: secrets('ADYEN_HMAC_KEYS').refine(
    (keys) => keys.every((key) => /^([0-9a-f]{2})+$/i.test(key)),
    'ADYEN_HMAC_KEYS must be hexadecimal keys between commas.',
  ),
  ADYEN_BASIC_AUTH: optional((text) => /^[^:]+:.+$/.test(text), 'ADYEN_BASIC_AUTH must be user:password.'),
  ADYEN_AUTOMATIC_CAPTURE: z
    .string()
    .default('')
    .transform((text) => (text === '' ? [] : list(text)))
    .refine(
      (accounts) => accounts.every((account) => /^(?:\*|[\w.-]+)$/.test(account)),
      'ADYEN_AUTOMATIC_CAPTURE must be merchant accounts between commas, or * for all.',
    ),
  ADYEN_REPORT_USER: optional((text) => /^[^:]+:.+$/.test(text), 'ADYEN_REPORT_USER must be user:password.'),
  ADYEN_REPORT_BASE: base('ADYEN_REPORT_BASE', 'https://ca-live.adyen.com'),
  ALERT_WEBHOOK_URL: optional((text) => isUrl(text, 'http', 'https'), httpUrl('ALERT_WEBHOOK_URL')),
  ALERT_WEBHOOK_SECRET: optional(
    (text) => text.length >= SECRET_MIN,
    `ALERT_WEBHOOK_SECRET must have at least ${SECRET_MIN} characters.`,
  ),
  ALERT_SLACK_URL: optional((text) => isUrl(text, 'http', 'https'), httpUrl('ALERT_SLACK_URL')),
  ALERT_EMAIL_TO: z
    .string()
    .default('')
    .transform((text) => (text === '' ? [] : list(text)))
    .refine(
      (receivers) => receivers.every((receiver) => /^[^\s@<>"]+@[^\s@<>"]+$/.test(receiver)),
      'ALERT_EMAIL_TO must be mail addresses between commas.',
    ),
  SMTP_URL: optional((text) => isUrl(text, 'smtp', 'smtps'), 'SMTP_URL must begin with smtp:// or smtps://.'),
  FUNCTIONAL_CURRENCY: optional(
    (text) => /^[A-Z]{3}$/.test(text),
    'FUNCTIONAL_CURRENCY must be a currency code in upper case, such as EUR.',
  ),
  CHART_OF_ACCOUNTS: z
    .string()
    .transform((file) => path.resolve(file))
    .optional(),
  KEY_POOL_MINUTES: whole('KEY_POOL_MINUTES', { least: 1, most: 999, standard: 5 }),
  TRACKED_RETENTION_DAYS: whole('TRACKED_RETENTION_DAYS', TRACKED_RETENTION_DAYS),
  // Read as a whole by `readSources`; secrets in them are names of other variables.
  SOURCES: z.string().optional(),
  SOURCES_FILE: z.string().optional(),
  CHANNEL_RULES: z.string().optional(), // read as a whole by `readChannels`
  SEAL_WITNESS_URL: optional((text) => isUrl(text, 'http', 'https'), httpUrl('SEAL_WITNESS_URL')),
  LOG_LEVEL: z.enum(logLevels, `LOG_LEVEL must be one of ${logLevels.join(', ')}.`).default('info'),
});

/** The names of all settings, for documents and tests. */
export const settingNames = Object.keys(schema.shape);

/** Reads and checks every setting. An empty one counts as not set. Throws one SetupError that names every mistake, a sentence each, and no secret. `backends`: the ledgers this build has. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  backends: readonly string[] = ['postgres'],
): Config {
  const given = Object.fromEntries(
    settingNames.flatMap((name) => (env[name]?.trim() ? [[name, env[name].trim()]] : [])),
  );
  const read = schema.safeParse(given);
  const sources = readSources(env, sourceTypes);
  const { channels, mistakes: ofChannels } = readChannels(given['CHANNEL_RULES']);
  const { plans, mistakes: ofPlans } = readSquarePlans(given['SQUARE_PLANS']);
  const mistakes = [
    ...(read.error?.issues.map((issue) => issue.message) ?? []),
    ...acrossSettings(given, backends),
    ...sources.mistakes,
    ...ofChannels,
    ...ofPlans,
  ];
  if (!read.success || mistakes.length > 0) throw new SetupError(mistakes.join('\n'));
  const s = read.data;
  return {
    host: s.HOST,
    port: s.PORT,
    trustedProxies: s.TRUSTED_PROXIES,
    dataDir: s.DATA_DIR,
    ledgerUrl: s.LEDGER_URL,
    databaseUrl: s.DATABASE_URL,
    redisUrl: s.REDIS_URL,
    reportingTimeZone: s.REPORTING_TIME_ZONE,
    fiscalCalendar: s.FISCAL_CALENDAR === 'month' ? { name: 'month' } : { name: '4-4-5', start: s.FISCAL_YEAR_START! },
    adminApiKey: s.ADMIN_API_KEY,
    vaultKey: s.VAULT_KEY,
    collectorWriteKeys: s.COLLECTOR_WRITE_KEYS,
    stripe: { webhookSecrets: s.STRIPE_WEBHOOK_SECRETS, apiKey: s.STRIPE_API_KEY, apiBase: s.STRIPE_API_BASE },
    square: {
      ...{ signatureKeys: s.SQUARE_WEBHOOK_SIGNATURE_KEYS, notificationUrl: s.SQUARE_NOTIFICATION_URL },
      ...{ apiKey: s.SQUARE_ACCESS_TOKEN, apiBase: s.SQUARE_API_BASE, plans },
    },
    adyen: {
      hmacKeys: s.ADYEN_HMAC_KEYS,
      basicAuth: s.ADYEN_BASIC_AUTH,
      automaticCapture: s.ADYEN_AUTOMATIC_CAPTURE,
      reportUser: s.ADYEN_REPORT_USER,
      reportBase: s.ADYEN_REPORT_BASE,
    },
    alerts: {
      webhookUrl: s.ALERT_WEBHOOK_URL,
      webhookSecret: s.ALERT_WEBHOOK_SECRET,
      slackUrl: s.ALERT_SLACK_URL,
      emailTo: s.ALERT_EMAIL_TO,
      smtpUrl: s.SMTP_URL,
    },
    functionalCurrency: s.FUNCTIONAL_CURRENCY,
    chartOfAccounts: s.CHART_OF_ACCOUNTS,
    keyPoolMinutes: s.KEY_POOL_MINUTES,
    trackedRetentionDays: s.TRACKED_RETENTION_DAYS,
    sources: sources.settings,
    channels,
    sealWitnessUrl: s.SEAL_WITNESS_URL,
    logLevel: s.LOG_LEVEL,
  };
}

/** Mistakes that only two settings, or a setting and this build, show together. */
function acrossSettings(given: Record<string, string>, backends: readonly string[]): string[] {
  const mistakes: string[] = [];
  const scheme = given['LEDGER_URL'] && schemeOf(given['LEDGER_URL']);
  if (scheme) {
    if (!backends.some((name) => LEDGER_SCHEMES[name]?.includes(scheme))) {
      mistakes.push(
        `LEDGER_URL begins with ${scheme}://, but this build keeps a ledger only in ${backends.join(', ')}.`,
      );
    }
  }
  if ((given['FISCAL_CALENDAR'] === '4-4-5') !== (given['FISCAL_YEAR_START'] !== undefined)) {
    mistakes.push(
      'FISCAL_YEAR_START must be set with FISCAL_CALENDAR=4-4-5, and only then: it is the first day of a fiscal year.',
    );
  }
  if (given['SQUARE_WEBHOOK_SIGNATURE_KEYS'] && !given['SQUARE_NOTIFICATION_URL']) {
    mistakes.push(
      'SQUARE_NOTIFICATION_URL must be set when SQUARE_WEBHOOK_SIGNATURE_KEYS is: Square signs the address with the body.',
    );
  }
  if (given['ALERT_EMAIL_TO'] && !given['SMTP_URL'])
    mistakes.push('SMTP_URL must be set when ALERT_EMAIL_TO is: mail needs a server.');
  return mistakes;
}

function writeKey(part: string, index: number): { name: string; key: string } {
  const named = /^([\w.-]+)=([^=].*)$/.exec(part); // a key of its own may end in the = of base64
  return named ? { name: named[1]!, key: named[2]! } : { name: `collector-${index + 1}`, key: part };
}

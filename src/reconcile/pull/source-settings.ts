import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  defaultAliases,
  type IdName,
  snakeCase,
  type TrackedAliases,
  type TrackedKind,
  trackedMapper,
} from '../../catalog/tracked-events.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { holdsEmail } from '../../ledger/vault/email-address.js';
import { type ContractSettings, contractSettings, latenessHoursOf } from '../../metrics/contract.js';
import { metrics } from '../../metrics/index.js';
import { lateDays } from '../tracked/lateness.js';
import { reconciledMetrics } from '../reconciled-metrics.js';
import type { ConfiguredSource, SourceType } from '../source-type.js';
import { collector } from '../sources/collector.js';

const HOUR_MS = 3_600_000;
const OWN = 'collector';

export type Env = Readonly<Record<string, string | undefined>>;

/** What SOURCES_FILE, or SOURCES, says. */
export interface SourceSettings {
  sources: readonly ConfiguredSource[];
  /** What the operator sets of the measurement contract, by metric. */
  contract: ContractSettings;
}

const words = z.array(z.string().min(1)).min(1);
const kinds = ['signup', 'checkout_started', 'order_completed'] as const satisfies readonly TrackedKind[];
const idNames = Object.keys(defaultAliases.ids) as [IdName, ...IdName[]];

/** Days for which snapshots are kept that are not needed any more, where a source does not say. */
export const KEEP_DAYS = 90;

/** What every source has beside the settings of its type. */
const common = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be lower-case letters, digits, "_" and "-", at most 40'),
  type: z.string(),
  settles_hours: z
    .number()
    .min(0)
    .max(24 * 31)
    .optional(),
  keep_days: z
    .number()
    .int()
    .min(1)
    .max(366 * 10)
    .default(KEEP_DAYS),
  fed_by: z.enum(['browsers', 'ledger', 'collector']).default('browsers'),
  events: z.partialRecord(z.enum(kinds), words).default({}),
  properties: z
    .strictObject({
      ...Object.fromEntries(idNames.map((id) => [id, words.optional()])),
      total: words.optional(),
      net: words.optional(),
      currency: words.optional(),
    })
    .default({}),
});
type Common = z.infer<typeof common>;
const COMMON = new Set(Object.keys(common.shape));

const file = z.strictObject({
  sources: z.array(z.looseObject({ name: z.string(), type: z.string() })).default([]),
  metrics: z.looseObject({}).default({}),
});

/**
 * The sources to fetch from. `SOURCES_FILE` names a JSON file, `SOURCES` holds the JSON itself; a secret in it is `{ "env": "NAME" }`.
 * Mistakes are sentences, all of them at once; none holds a value.
 */
export function readSources(
  env: Env,
  types: Readonly<Record<string, SourceType>>,
): { settings: SourceSettings; mistakes: string[] } {
  const mistakes: string[] = [];
  const nothing = { sources: [], contract: {} };
  const [from, text] = textOf(env, mistakes);
  if (text === undefined) return { settings: nothing, mistakes };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { settings: nothing, mistakes: [`${from} is no JSON.`] };
  }
  const read = file.safeParse(Array.isArray(json) ? { sources: json } : json);
  if (!read.success) return { settings: nothing, mistakes: sentences(from, read.error) };
  const terms = z.object({ metrics: contractSettings }).safeParse(read.data);
  if (!terms.success) mistakes.push(...sentences(from, terms.error));
  const contract = terms.data?.metrics ?? {};
  const sources = read.data.sources.flatMap((given) => one(from, given, types, env, mistakes) ?? []);
  const names = sources.map(({ name }) => name);
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index)))
    mistakes.push(`${from} has two sources named "${name}".`);
  refuseForgetful(from, sources, contract, mistakes);
  for (const [metric, agreed] of Object.entries(contract))
    if (holdsEmail(JSON.stringify(agreed)))
      mistakes.push(
        `${from} metrics.${metric} holds an e-mail address: the contract goes into the ledger as it is; name a team.`,
      );
  return { settings: { sources, contract }, mistakes };
}

/** Pages that are removed while their day is still compared again would be read anew every time. */
function refuseForgetful(
  from: string,
  sources: readonly ConfiguredSource[],
  contract: ContractSettings,
  mistakes: string[],
): void {
  const agreedOf = (truth: string): number =>
    latenessHoursOf(metrics.find(({ name }) => name === truth) ?? { name: truth }, contract);
  const settles = Math.max(collector.settlesMs, ...sources.map(({ settlesMs }) => settlesMs));
  const days = Math.max(...reconciledMetrics.map(({ truth }) => lateDays(agreedOf(truth), settles)));
  for (const { name, type, keepDays } of sources)
    if (type.gives === 'page_requests' && keepDays < days)
      mistakes.push(
        `${from}: source "${name}" keep_days must be at least ${days}: so long after it a day is compared again, by allowed_lateness_hours and settles_hours.`,
      );
}

function textOf(env: Env, mistakes: string[]): [from: string, text: string | undefined] {
  const path = env['SOURCES_FILE']?.trim();
  const text = env['SOURCES']?.trim();
  if (path && text) mistakes.push('SOURCES and SOURCES_FILE are both set; keep one.');
  if (!path) return ['SOURCES', text || undefined];
  try {
    return ['SOURCES_FILE', readFileSync(path, 'utf8')];
  } catch (error) {
    mistakes.push(`SOURCES_FILE cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
    return ['SOURCES_FILE', undefined];
  }
}

function one(
  from: string,
  given: Readonly<Record<string, unknown>>,
  types: Readonly<Record<string, SourceType>>,
  env: Env,
  mistakes: string[],
): ConfiguredSource | undefined {
  const at = `${from}: source "${String(given['name'])}"`;
  const type = Object.hasOwn(types, String(given['type'])) ? types[String(given['type'])] : undefined;
  if (!type) return refuse(mistakes, `${at} has an unknown type; there are ${Object.keys(types).join(', ')}.`);
  const missing: string[] = [];
  const resolved = withSecrets(given, env, missing) as Record<string, unknown>;
  for (const name of missing) mistakes.push(`${at} reads a secret from ${name}, which is not set.`);
  const own = Object.fromEntries(Object.entries(resolved).filter(([key]) => !COMMON.has(key)));
  const shared = common.safeParse(resolved);
  const settings = type.settings.safeParse(own);
  if (!shared.success) mistakes.push(...sentences(at, shared.error));
  if (!settings.success && missing.length === 0) mistakes.push(...sentences(at, settings.error));
  if (!shared.success || !settings.success) return undefined;
  if (shared.data.name === OWN)
    return refuse(mistakes, `${at}: "${OWN}" is this service's own source; take another name.`);
  if (shared.data.fed_by !== 'browsers')
    return refuse(
      mistakes,
      `${at} is fed by the ${shared.data.fed_by} of this service: two arms with one lineage always agree and prove nothing. Take it out, or connect what browsers feed.`,
    );
  const aliases = aliasesOf(shared.data);
  const twice = namedTwice(aliases);
  if (twice.length > 0) return refuse(mistakes, `${at} takes the event ${twice.join(', ')} for two things.`);
  return configured(shared.data, type, settings.data, aliases, given);
}

function configured(
  shared: Common,
  type: SourceType,
  settings: unknown,
  aliases: TrackedAliases,
  given: Readonly<Record<string, unknown>>,
): ConfiguredSource {
  const { keep_days: keepDays } = shared;
  const { keep_days: _, ...read } = given;
  return {
    ...{ name: shared.name, type, settings, keepDays },
    settlesMs: (shared.settles_hours ?? type.settlesHours(settings)) * HOUR_MS,
    mapper: trackedMapper(aliases),
    aliases,
    // As written: a secret stands in it by its name, and a new key reads the same data.
    fingerprint: createHash('sha256').update(canonicalJson(read)).digest('hex').slice(0, 16),
  };
}

/** Names given for a kind replace the defaults of that kind; so do properties. */
function aliasesOf({ events, properties }: Common): TrackedAliases {
  const given = properties as Readonly<Record<string, readonly string[] | undefined>>;
  const values = [
    ...(given['total'] ?? []).map((name) => [name, 'total'] as const),
    ...(given['net'] ?? []).map((name) => [name, 'net'] as const),
  ];
  const ids = Object.fromEntries(
    idNames.map((id) => [id, given[id] ?? defaultAliases.ids[id]]),
  ) as TrackedAliases['ids'];
  return {
    names: { ...defaultAliases.names, ...events },
    ids,
    values: values.length > 0 ? values : defaultAliases.values,
    currency: given['currency'] ?? defaultAliases.currency,
  };
}

function namedTwice({ names }: TrackedAliases): string[] {
  const seen = new Map<string, string>();
  const twice = new Set<string>();
  for (const [kind, list] of Object.entries(names)) {
    for (const name of list.map(snakeCase)) {
      if (seen.has(name) && seen.get(name) !== kind) twice.add(`"${name}"`);
      seen.set(name, kind);
    }
  }
  return [...twice];
}

/** `{ "env": "NAME" }` anywhere becomes what that variable holds. */
function withSecrets(value: unknown, env: Env, missing: string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => withSecrets(each, env, missing));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [key, name] = entries[0] ?? [];
  if (entries.length === 1 && key === 'env' && typeof name === 'string') {
    const found = env[name]?.trim();
    if (!found) missing.push(name);
    return found;
  }
  return Object.fromEntries(entries.map(([each, inner]) => [each, withSecrets(inner, env, missing)]));
}

function refuse(mistakes: string[], sentence: string): undefined {
  mistakes.push(sentence);
}

const sentences = (at: string, error: z.ZodError): string[] => error.issues.map((issue) => `${at} ${sentence(issue)}.`);

function sentence(issue: z.core.$ZodIssue): string {
  const place = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return `has the unknown setting ${issue.keys.map((key) => `"${[place, key].filter(Boolean).join('.')}"`).join(', ')}`;
  if (isAbsent(issue)) return `${place} is missing`;
  return `${place} ${boundOf(issue) ?? asWords(issue.message)}`.trimStart();
}

/** Whether nothing stands where something is needed, of whichever kinds. */
const isAbsent = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_union'
    ? issue.errors.length > 0 && issue.errors.every(([first]) => first !== undefined && isAbsent(first))
    : issue.code === 'invalid_type' && issue.message.endsWith('received undefined');

/** What is too small or too large; undefined for anything else, and where the schema says it in words of its own. */
function boundOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return undefined;
  if (!/^Too (?:small|big)/.test(issue.message)) return undefined;
  const [word, bound] = issue.code === 'too_small' ? ['least', issue.minimum] : ['most', issue.maximum];
  if (issue.origin === 'string' && bound === 1 && word === 'least') return 'must not be empty';
  const unit = issue.origin === 'string' ? ' characters long' : issue.origin === 'array' ? ' of them' : '';
  return `must be at ${word} ${bound}${unit}`;
}

const asWords = (message: string): string =>
  message
    .replace(/\.$/, '')
    .replace(/^Invalid input$/, 'is of a kind that does not fit')
    .replace(/^Invalid input: /, 'is wrong: ')
    .replace(/^Invalid /, 'is an invalid ');

import path from 'node:path';
import ts from 'typescript';

/** A source file as the checks see it: its path from the root, with forward slashes, and its text. */
export interface Source {
  file: string;
  text: string;
}

/** Stages of `src` from the ground up; a stage may import what stands below it, never what stands beside it. */
export const STAGES: readonly (readonly string[])[] = [
  ['kernel'],
  ['catalog'],
  ['ledger', 'storage', 'landing'],
  ['ingest', 'projections', 'metrics'],
  ['reconcile', 'report', 'close', 'route', 'alert'],
  ['jobs'],
  ['lifecycle'],
  ['stages', 'ground'],
  ['service', 'facts-thread'],
  ['app', 'cli', 'main', 'background'],
];

/** What a stage may not import although it stands below. `storage` is for the ledger and whatever is above it. */
const REFUSED: Readonly<Record<string, readonly string[]>> = { metrics: ['storage', 'ledger'] };
/** What a stage may import beside it: the ledger's adapters keep their rows in `storage`, which knows no stage. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  ledger: ['storage'],
  app: ['main', 'cli'],
  main: ['app', 'cli'],
  background: ['app'],
  cli: ['app', 'main'],
};
/** Read by everybody above the ledger: settings are a record, types are no dependency. */
const OPEN = ['config', 'service-types'];

/**
 * Folders of a stage from the ground up, under the same rule. Files at the top of a stage are its picture and its ports: they import from all of its
 * folders and are imported from all. So are folders that are not named.
 */
const FOLDERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  reconcile: [['causes', 'drift', 'sift', 'tracked'], ['load'], ['compare'], ['store'], ['report', 'run']],
  close: [['journal'], ['export', 'recipes', 'tie-out'], ['exports', 'post'], ['books', 'pack'], ['period']],
};

/** Folders of plug-ins: the only ones with an `index.ts`, their registry. */
export const PLUGIN_FOLDERS = [
  'backends',
  'collectors',
  'causes',
  'channels',
  'destinations',
  'domain-events',
  'domain-interpreters',
  'exports',
  'facts',
  'interpret',
  'jobs',
  'metrics',
  'providers',
  'sources',
  'migrations',
];

/** Files that do no input or output and know neither time nor chance. */
export const PURE: readonly RegExp[] = [
  /^src\/kernel\//,
  /^src\/catalog\//,
  /^src\/metrics\//,
  /^src\/landing\/(cookies|read-touch)\.ts$/,
  /^src\/ledger\/(align-hashes|findings|ledger|merkle|streams)\.ts$/,
  /^src\/close\/(export\/(csv-text|distinct-names|export-format|export-lines)|pack\/journal-totals)\.ts$/,
  /^src\/close\/exports\//,
  /^src\/ingest\/(domain-interpreters|providers\/[^/]+\/interpret)\//,
  /^src\/projections\/(contributions|customers|documents|evaluate-purchase|fact-pages|fold|people|purchases|purchase-change|rows|shared-links|step|subject-states|subscription-history)\.ts$/,
  /^src\/reconcile\/(cause|gap|match|parts|reconciled-metrics|compare\/(comparable-amount|counted-rows)|drift\/(concentration|drift|shift|statistics)|load\/(groups|multimap)|report\/(gap-report|gap-report-text)|tracked\/silence)\.ts$/,
  /^src\/reconcile\/causes\//,
  /^src\/alert\/(channel|condition|decide-alert|message)\.ts$/,
  /^src\/close\/(fiscal-calendar|period|books\/(functional|rates)|journal\/(chart-of-accounts|journal-entry|money-objects|spread)|period\/(adjusting-lines|close-contents)|post\/(post|wanted-entries))\.ts$/,
  /^src\/close\/recipes\//,
];

/** Stages whose files are given the world (clock, chance, settings, connections) as arguments, unless named below. */
const GIVEN_STAGES = [
  ...['kernel', 'catalog', 'landing', 'ledger', 'ingest', 'projections', 'metrics'],
  ...['reconcile', 'report', 'close', 'route', 'alert', 'jobs'],
];

/** The files of those stages that reach for the world themselves. Whoever adds one here says that it must. */
export const REACHING: readonly RegExp[] = [
  /^src\/alert\/post-json\.ts$/,
  /^src\/close\/(open-books|pack\/create-packs|period\/close-checks|tie-out\/announced-reports)\.ts$/,
  /^src\/ingest\/(client-address|create-ingest|delivery-counts|object-file|erasure\/(create-erasures|key-space))\.ts$/,
  /^src\/ingest\/providers\/(adyen\/announced-reports|square\/square-api)\.ts$/,
  /^src\/jobs\/(answered|create-jobs|patient-postgres|queue|redis-eviction)\.ts$/,
  /^src\/landing\/(landing|touch-queue|visits)\.ts$/,
  /^src\/ledger\/(compare-witness|open-seal|reporting-zone|witness-file|witness-webhook|vault\/(key-pool|open-vault|vault-key))\.ts$/,
  /^src\/ledger\/backends\/postgres\/(feed-signal|group-commit|postgres|silent-holder|writer)\.ts$/,
  /^src\/ledger\/backends\/kurrentdb\/(client-holder|event-reads|failures|indexer|kurrentdb|ledger-in-kurrentdb|silent-subscription|writer)\.ts$/,
  /^src\/projections\/(create-projections|lease|projector|rebuild|runner|short-locks|upgrade)\.ts$/,
  /^src\/reconcile\/(create-reconcile|pull\/(create-pulls|files|http|source-settings|spool))\.ts$/,
];

const IO_MODULES =
  /^(node:)?(fs|net|http|https|tls|dgram|child_process|cluster|worker_threads|readline|timers|os)(\/|$)|^(pg|bullmq|ioredis|fastify|pino|undici|prom-client)(\/|$)|^@nestjs\//;

const trees = new WeakMap<Source, ts.SourceFile>(); // several checks read each

function parse(source: Source): ts.SourceFile {
  const { file, text } = source;
  const tree = trees.get(source) ?? ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  trees.set(source, tree);
  return tree;
}

const stageOf = (file: string): string =>
  file
    .replace(/^src\//, '')
    .split('/')[0]!
    .replace(/\.ts$/, '');
const levelOf = (stage: string): number => STAGES.findIndex((level) => level.includes(stage));

interface Import {
  name: string;
  line: number;
  typeOnly: boolean;
}

function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Expression, typeOnly = false): void => {
    if (!ts.isStringLiteralLike(node)) return;
    found.push({ name: node.text, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly);
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0])
      add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Imports that point the wrong way, as sentences. */
export function wrongImports(source: Source): string[] {
  const from = stageOf(source.file);
  return importsOf(parse(source)).flatMap(({ name, line }) => {
    if (!name.startsWith('.')) return [];
    const file = path.posix.join(path.posix.dirname(source.file), name).replace(/\.js$/, '.ts');
    const to = stageOf(file);
    if (from === to && !mayImportWithin(from, folderOf(source.file), folderOf(file)))
      return [`${source.file}:${line}: ${from}/${folderOf(source.file)} may not import ${from}/${folderOf(file)}`];
    return mayImport(from, to) ? [] : [`${source.file}:${line}: ${from} may not import ${to}`];
  });
}

/** The folder of its stage that a file is in; empty at the top. */
const folderOf = (file: string): string => file.split('/').slice(2, -1)[0] ?? '';

function mayImportWithin(stage: string, from: string, to: string): boolean {
  const levelIn = (folder: string): number => FOLDERS[stage]?.findIndex((level) => level.includes(folder)) ?? -1;
  return from === to || levelIn(from) < 0 || levelIn(to) < 0 || levelIn(to) < levelIn(from);
}

function mayImport(from: string, to: string): boolean {
  if (from === to || BESIDE[from]?.includes(to)) return true;
  if (OPEN.includes(to)) return OPEN.includes(from) || levelOf(from) > levelOf('catalog');
  if (OPEN.includes(from)) return levelOf(to) >= 0 && levelOf(to) < levelOf('service');
  if (levelOf(from) < 0 || levelOf(to) < 0) return false;
  return levelOf(to) < levelOf(from) && !REFUSED[from]?.includes(to);
}

/** An `index.ts` that is no registry, a relative import without its ending. */
export function wrongNames(source: Source): string[] {
  const wrong: string[] = [];
  const [folder, name] = [path.posix.basename(path.posix.dirname(source.file)), path.posix.basename(source.file)];
  if (name === 'index.ts' && !PLUGIN_FOLDERS.includes(folder))
    wrong.push(`${source.file}: only a folder of plug-ins has an index.ts`);
  if (/(^|\/)(utils?|helpers?|common)(\/|\.|$)/.test(source.file))
    wrong.push(`${source.file}: name it after what it does`);
  if (name !== name.toLowerCase()) wrong.push(`${source.file}: file names are kebab-case`);
  return wrong;
}

const isNamed = (node: ts.Expression, object: string, member?: string): boolean =>
  member === undefined
    ? ts.isIdentifier(node) && node.text === object
    : ts.isPropertyAccessExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === object &&
      node.name.text === member;

function impurityOf(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && !node.arguments?.length)
    return 'new Date() reads the clock';
  if (ts.isCallExpression(node)) {
    const called = node.expression;
    if (isNamed(called, 'Date')) return 'Date() reads the clock';
    for (const name of [
      'fetch',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
      'randomUUID',
      'randomBytes',
      'randomInt',
    ]) {
      if (isNamed(called, name)) return `${name}() is not pure`;
    }
  }
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  if (isNamed(node, 'Date', 'now') || isNamed(node, 'performance', 'now')) return 'the clock is an argument';
  if (
    isNamed(node, 'Math', 'random') ||
    isNamed(node, 'crypto', 'randomUUID') ||
    isNamed(node, 'crypto', 'getRandomValues')
  )
    return 'randomness is an argument';
  if (isNamed(node, 'process', 'env') || isNamed(node, 'process', 'hrtime')) return 'the environment is an argument';
  return undefined;
}

/** Clock, environment, chance, timers and input or output in a file that must be pure, or in one that is to be given them. */
export function impurities(source: Source): string[] {
  const pure = PURE.some((pattern) => pattern.test(source.file));
  if (!pure && !isGivenTheWorld(source.file)) return [];
  const parsed = parse(source);
  const lineOf = (node: ts.Node): number => parsed.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const wrong = importsOf(parsed)
    .filter(({ name, typeOnly }) => IO_MODULES.test(name) && (pure || !typeOnly))
    .map(({ name, line }) => `${source.file}:${line}: a pure file may not import ${name}`);
  const visit = (node: ts.Node): void => {
    const reason = impurityOf(node);
    if (reason) wrong.push(`${source.file}:${lineOf(node)}: ${reason}`);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return wrong;
}

/** Connections may come as arguments there, so their types may be imported; in a pure file they may not. */
const isGivenTheWorld = (file: string): boolean =>
  GIVEN_STAGES.includes(stageOf(file)) && !REACHING.some((pattern) => pattern.test(file));

const BUILT_IN_ERROR = /^(?:Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/;
const MAY_LOSE = /\bcatch\b[^]*\bnew [A-Z]?\w*Error\(/; // most files need not be parsed for it

/**
 * Errors of the language that are thrown where another one was caught, in a `catch` or in what is given to `.catch`, and do not name it as their
 * `cause`. Our own errors are sentences for whoever reads them; what lies behind is theirs to take or leave.
 */
export function lostCauses(source: Source): string[] {
  if (!MAY_LOSE.test(source.text)) return [];
  const parsed = parse(source);
  const wrong: string[] = [];
  const visit = (node: ts.Node, caught: boolean): void => {
    if (caught && ts.isThrowStatement(node) && ts.isNewExpression(node.expression)) {
      const { expression: name, arguments: given = [] } = node.expression;
      const line = parsed.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      if (BUILT_IN_ERROR.test(name.getText()) && !given.some(namesCause))
        wrong.push(`${source.file}:${line}: what was caught is the cause of this ${name.getText()}`);
    }
    ts.forEachChild(node, (child) => visit(child, isWithinCatch(node, child, caught)));
  };
  visit(parsed, false);
  return wrong;
}

function isWithinCatch(node: ts.Node, child: ts.Node, caught: boolean): boolean {
  if (ts.isCatchClause(node)) return true;
  // What runs there at once is within it; any other function runs for another reason.
  const { parent } = node;
  const isHandler = ts.isFunctionLike(node) && ts.isCallExpression(parent) && isCatching(parent.expression);
  return isHandler ? ts.isBlock(child) : caught && !ts.isFunctionLike(node);
}

const isCatching = (called: ts.Expression): boolean =>
  ts.isPropertyAccessExpression(called) && called.name.text === 'catch';

const namesCause = (argument: ts.Expression): boolean =>
  ts.isObjectLiteralExpression(argument) && argument.properties.some(({ name }) => name?.getText() === 'cause');

export const FILE_LINES_MAX = 350;
export const FUNCTION_LINES_MAX = 70;

/** Files and functions that do not fit their limit; blank lines and comments of a function do not count. */
export function tooLong(source: Source): string[] {
  const lines = source.text.replace(/\n$/, '').split('\n');
  const wrong =
    lines.length > FILE_LINES_MAX ? [`${source.file}: ${lines.length} lines, at most ${FILE_LINES_MAX}`] : [];
  const parsed = parse(source);
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const first = parsed.getLineAndCharacterOfPosition(node.getStart()).line;
      const last = parsed.getLineAndCharacterOfPosition(node.getEnd()).line;
      const long = lines
        .slice(first, last + 1)
        .filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/?\*)/.test(line)).length;
      if (long > FUNCTION_LINES_MAX)
        wrong.push(`${source.file}:${first + 1}: a function of ${long} lines, at most ${FUNCTION_LINES_MAX}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return wrong;
}

// Put together from halves, so that this file does not hold what it looks for.
const word = (...halves: string[]): string => halves.join('');
const BANNED: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    new RegExp(`\\b(${word('TO', 'DO')}|${word('FIX', 'ME')})\\b|// ?${word('XX', 'X')}`),
    'unfinished work is not kept in the sources',
  ],
  [
    new RegExp(`\\b(it|test|describe)\\.${word('on', 'ly')}\\b|\\bf(it|describe)\\(`),
    'a focused test hides the others',
  ],
  [
    new RegExp(`\\b(it|test|describe)\\.${word('sk', 'ip')}\\b|\\bx(it|describe)\\(`),
    'a test that does not run proves nothing',
  ],
  [
    new RegExp(
      `(^|[\\s'"\`(=:])/${word('wo', 'rk')}/|/${word('ro', 'ot')}/|/${word('ho', 'me')}/[a-z]|/${word('Us', 'ers')}/[A-Za-z]`,
    ),
    'a path of one machine',
  ],
  [new RegExp(word('sk_', 'live') + '_[A-Za-z0-9]{8}'), 'a secret'],
];

/** Words that may not stand in the repository. */
export function bannedWords({ file, text }: Source): string[] {
  return text
    .split('\n')
    .flatMap((line, i) => BANNED.flatMap(([pattern, why]) => (pattern.test(line) ? [`${file}:${i + 1}: ${why}`] : [])));
}

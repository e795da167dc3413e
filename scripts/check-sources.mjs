// Type checker and linter over one reading of the sources: what the checker found out about the types answers the linter's questions too.
// Prints what is wrong; ends with 1 where anything is.
import path from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';

const root = path.dirname(import.meta.dirname);
const host = {
  getCanonicalFileName: (file) => file,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
};

/** What `tsc --noEmit -p` would read. */
function programOf(config) {
  const { config: given, error } = ts.readConfigFile(config, ts.sys.readFile);
  if (error) throw new Error(ts.formatDiagnostic(error, host));
  const { fileNames, options, errors } = ts.parseJsonConfigFileContent(given, ts.sys, path.dirname(config));
  const once = { ...options, noEmit: true, incremental: false };
  return ts.createProgram({ rootNames: fileNames, options: once, configFileParsingDiagnostics: errors });
}

const programs = ['tsconfig.json', 'web/tsconfig.json'].map((name) => programOf(path.join(root, name)));
const wrong = programs.flatMap((program) => [...ts.getPreEmitDiagnostics(program)]);
process.stdout.write(ts.formatDiagnostics(wrong, host));

const shared = { languageOptions: { parserOptions: { projectService: false, programs } } };
const eslint = new ESLint({ cwd: root, overrideConfig: { files: ['**/*.ts', '**/*.tsx'], ...shared } });
const results = await eslint.lintFiles('.');
process.stdout.write(await (await eslint.loadFormatter()).format(results));
const problems = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
process.exitCode = wrong.length + problems > 0 ? 1 : 0;

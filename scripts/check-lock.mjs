// A lock file is complete when every optional (per-platform) dependency has an entry. `npm ci` refuses an
// incomplete one on every machine, and `npm install` writes one without a word when the registry lacks a package.
import { readFileSync } from 'node:fs';
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const missing = [];
for (const [where, p] of Object.entries(packages)) {
  for (const name of Object.keys(p.optionalDependencies ?? {})) {
    let at = where,
      found = false;
    for (;;) {
      if (packages[`${at ? at + '/' : ''}node_modules/${name}`]) {
        found = true;
        break;
      }
      if (!at) break;
      const i = at.lastIndexOf('node_modules/');
      at = i <= 0 ? '' : at.slice(0, i - 1);
    }
    if (!found)
      missing.push(`${name}@${p.optionalDependencies[name]} (wanted by ${where || 'the project'} ${p.version ?? ''})`);
  }
}
if (missing.length) {
  console.error(`package-lock.json lacks:\n  ${missing.join('\n  ')}`);
  process.exit(1);
}
console.log('package-lock.json is complete');

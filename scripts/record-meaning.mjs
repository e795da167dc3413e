// Records which code gives entries their meaning, and under which versions. A test complains when the two part.
// Run: node scripts/record-meaning.mjs, with --same-meaning after a change of code that says the very same of every entry.
import '../test/support/typescript.mjs';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const { meaningNow, meaningRecorded, RECORD, unversioned } = await import('../test/support/meaning.ts');
const now = await meaningNow();
const open = process.argv.includes('--same-meaning') ? [] : unversioned(meaningRecorded(), now);
for (const sentence of open) console.error(sentence);
if (open.length > 0) process.exit(1);
writeFileSync(path.join(import.meta.dirname, '..', RECORD), `${JSON.stringify(now, null, 2)}\n`);
console.log(`wrote ${RECORD}`);

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Source } from './tidy.js';

const CODE = /^ *```[\s\S]*?^ *```|`[^`\n]*`/gm;
const LINK = /\]\(([^)\s]+)\)/g;

/** Relative links of a Markdown page that lead to no file, or to no heading of it. `root` is the folder that `file` is relative to. */
export function brokenLinks({ file, text }: Source, root: string): string[] {
  return linksIn(text).flatMap((link) => {
    const [to = '', anchor] = link.split('#');
    const target = path.join(root, path.dirname(file), to);
    if (to !== '' && !existsSync(target)) return [`${file}: ${link} leads to no file`];
    if (anchor === undefined) return [];
    const page = to === '' ? text : readFileSync(target, 'utf8');
    return anchorsOf(page).includes(anchor) ? [] : [`${file}: ${link} leads to no heading`];
  });
}

/** Pages that no other page leads to. */
export function unlinked(pages: readonly Source[], all: readonly Source[]): string[] {
  const linked = new Set(
    all.flatMap(({ file, text }) =>
      linksIn(text).map((link) => path.posix.join(path.posix.dirname(file), link.split('#')[0]!)),
    ),
  );
  return pages.filter(({ file }) => !linked.has(file)).map(({ file }) => `no page leads to ${file}`);
}

const linksIn = (text: string): string[] =>
  [...text.replace(CODE, '').matchAll(LINK)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));

/** Headings as GitHub makes anchors of them. */
const anchorsOf = (text: string): string[] =>
  [...text.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );

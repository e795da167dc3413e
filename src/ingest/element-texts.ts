/** The texts of the elements of a JSON array, each as it was sent. The text must be valid JSON: parse it first. */
export function elementTexts(text: string): string[] {
  const elements: string[] = [];
  let depth = 0;
  let start = -1;
  const end = (at: number): void => {
    if (start < 0) return;
    elements.push(text.slice(start, at).trimEnd());
    start = -1;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (isSpace(char)) continue;
    if (depth === 1 && start < 0 && char !== ',' && char !== ']') start = at;
    if (char === '"') at = endOfString(text, at);
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') {
      depth--;
      if (depth === 0) end(at);
    } else if (char === ',' && depth === 1) end(at);
  }
  return elements;
}

const isSpace = (char: string): boolean => char === ' ' || char === '\n' || char === '\r' || char === '\t';

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

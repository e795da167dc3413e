// Plain text for people: aligned tables, money with its currency, a progress line.
import cliProgress from 'cli-progress';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : String(text));
export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);

export const say = (text = '') => console.log(text);
export const heading = (text) => say(`\n${bold(text)}`);

export const number = (value) => new Intl.NumberFormat('en-US').format(value);
export const percent = (value) => (value === null || value === undefined ? '–' : `${value.toFixed(1)} %`);

/** Minor units as people write them: `76,422.03 USD`. */
export function money(minor, currency) {
  const digits = currency === 'JPY' ? 0 : 2;
  const text = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    Number(minor) / 10 ** digits,
  );
  return `${text} ${currency}`;
}

// Widths count visible characters only.
const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
const bare = (text) => String(text).replace(escapes, '');
const pad = (text, width, left) =>
  left ? String(text) + ' '.repeat(width - bare(text).length) : ' '.repeat(width - bare(text).length) + String(text);

/** A table with a header: text columns to the left, the others to the right. */
export function table(header, rows, { left = 1 } = {}) {
  const widths = header.map((name, i) =>
    Math.max(...[name, ...rows.map((row) => row[i])].map((cell) => bare(cell ?? '').length)),
  );
  const line = (cells) => `  ${cells.map((cell, i) => pad(cell ?? '', widths[i], i < left)).join('  ')}`.trimEnd();
  return [dim(line(header)), ...rows.map(line)].join('\n');
}

/** A progress bar on a terminal, a line every fifth elsewhere. */
export function progress(label, total) {
  if (process.stdout.isTTY) {
    const bar = new cliProgress.SingleBar(
      {
        format: `  ${label} {bar} {percentage} %  {value}/{total}  {speed}/s`,
        hideCursor: true,
        barsize: 28,
        clearOnComplete: false,
        etaBuffer: 50,
      },
      cliProgress.Presets.shades_classic,
    );
    const began = Date.now();
    let done = 0;
    bar.start(total, 0, { speed: 0 });
    return {
      add(count) {
        done += count;
        bar.update(done, { speed: Math.round((1000 * done) / Math.max(1, Date.now() - began)) });
      },
      stop: () => bar.stop(),
    };
  }
  let done = 0;
  let told = 0;
  return {
    add(count) {
      done += count;
      const fifth = Math.floor((5 * done) / total);
      if (fifth > told) say(`  ${label} ${number(done)} of ${number(total)}`);
      told = Math.max(told, fifth);
    },
    stop: () => undefined,
  };
}

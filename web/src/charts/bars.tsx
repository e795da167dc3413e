export interface Bar {
  name: string;
  /** 0 to 1 of the longest. */
  length: number;
  /** 0 to 1: how far it could reach if all that is unknown were this one's. */
  upTo?: number;
  text: string;
  kind?: 'tracked' | 'unknown';
}

/** Bars with their value beside them; a pale end is how much more it could be. */
export function Bars({ bars, label }: { bars: readonly Bar[]; label: string }) {
  return (
    <ul class="bars" aria-label={label}>
      {bars.map(({ name, length, upTo, text, kind = 'known' }) => (
        <li>
          <span class="name">{name}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            {upTo !== undefined && <rect class="could" width={upTo * 100} height="10" />}
            <rect class={kind} width={length * 100} height="10" />
          </svg>
          <span class="value">{text}</span>
        </li>
      ))}
    </ul>
  );
}

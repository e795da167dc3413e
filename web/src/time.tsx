import type { Column } from './csv.ts';
import { atInstants, time, utc } from './format.ts';

type Instant = string | null | undefined;

/** An instant by the clock of the reporting zone. Whoever rests on it, and a program, is told it in UTC. */
export const Time = ({ at }: { at: Instant }) =>
  at ? (
    <time dateTime={at} title={utc(at)}>
      {time(at)}
    </time>
  ) : (
    <>–</>
  );

/** A text of the interface in which instants stand. */
export const Timed = ({ text }: { text: string }) => (
  <>{atInstants(text).map((part, index) => (index % 2 === 1 ? <Time at={part} /> : part))}</>
);

/** A column of instants. */
export const timeColumn = <T,>(title: string, of: (row: T) => Instant): Column<T> => ({
  title,
  text: (row) => time(of(row)),
  show: (row) => <Time at={of(row)} />,
});

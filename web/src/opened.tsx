import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  label: string;
  class?: string;
  children: ComponentChildren;
}

/**
 * A part of the page that something opened. It comes into sight and takes the focus: what opened it may stand below it, and whoever
 * works with the keyboard goes on from here. Give it a key of what it shows.
 */
export function Opened({ label, class: name, children }: Props) {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
    ref.current?.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <section ref={ref} tabIndex={-1} class={name} aria-label={label}>
      {children}
    </section>
  );
}

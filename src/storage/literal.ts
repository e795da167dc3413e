import pg from 'pg';

/** A text as it may stand inside of a statement: for a part of one that is put into several, which have values of their own. */
export const literal = (text: string): string => pg.escapeLiteral(text);

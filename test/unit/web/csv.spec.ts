import { describe, expect, it } from '@jest/globals';
import { type Column, csv } from '../../../web/src/csv.ts';

interface Row {
  name: string;
  value: string;
}
const columns: Column<Row>[] = [
  { title: 'Name', text: ({ name }) => name },
  { title: 'Value', numeric: true, text: ({ value }) => value },
];
const fileOf = (...rows: [string, string][]): string[] =>
  csv(
    rows.map(([name, value]) => ({ name, value })),
    columns,
  ).split('\r\n');

describe('the file of a table', () => {
  it('given numbers as people read them, then the file has numbers that a spreadsheet adds up', () => {
    expect(fileOf(['a', '1,234'], ['b', '-12'], ['c', '–'])).toEqual(['Name,Value', 'a,1234', 'b,-12', 'c,']);
  });

  it('given one currency or per cent, then the title says so once', () => {
    expect(fileOf(['a', '1,234.50 USD'], ['b', '-0.01 USD'])).toEqual(['Name,Value (USD)', 'a,1234.50', 'b,-0.01']);
    expect(fileOf(['a', '12.5 %'])).toEqual(['Name,Value (%)', 'a,12.5']);
  });

  it('given several currencies, then a column of its own says which', () => {
    expect(fileOf(['a', '1.00 USD'], ['b', '100 JPY'], ['c', '2'])).toEqual([
      'Name,Value,"Value, unit"',
      'a,1.00,USD',
      'b,100,JPY',
      'c,2,',
    ]);
  });

  it('given counts beside one currency, then no count is taken for money', () => {
    expect(fileOf(['signups', '1'], ['revenue', '42.00 USD'], ['none', '–'])).toEqual([
      'Name,Value,"Value, unit"',
      'signups,1,',
      'revenue,42.00,USD',
      'none,,',
    ]);
  });

  it('given text where numbers were expected, then it stays as it is', () => {
    expect(fileOf(['a', 'never'], ['b', '3 / 4'])).toEqual(['Name,Value', 'a,never', 'b,3 / 4']);
  });

  it('given text that a spreadsheet would run, then it does not; given quotes and lines, then they are one cell', () => {
    expect(fileOf(['=1+1', '1'], ['-x', '=2']).slice(1)).toEqual([`'=1+1,1`, `'-x,'=2`]);
    expect(fileOf(['say "hi", all', '1'])[1]).toBe('"say ""hi"", all",1');
  });
});

import { randomUUID } from 'node:crypto';
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** What a table takes: rows as JSON has them, whole numbers beyond its own as text. */
export type JsonRow = Readonly<Record<string, unknown>>;

/**
 * Rows on their way into the database, in a file: while a source is read no transaction is open, and memory does not grow with the day.
 * The file has no name once it is open, so that nothing of it is left when the process ends, however it does.
 */
export class Spool<Table extends string> {
  private constructor(private readonly file: FileHandle) {}

  static async open<Table extends string>(folder: string): Promise<Spool<Table>> {
    await mkdir(folder, { recursive: true });
    const name = path.join(folder, `.pull-${randomUUID()}`);
    const file = await open(name, 'wx+', 0o600);
    await unlink(name);
    return new Spool(file);
  }

  async add(table: Table, rows: readonly object[]): Promise<void> {
    if (rows.length > 0) await this.file.appendFile(`${jsonOf({ table, rows })}\n`);
  }

  /** Everything that was added, in its order; also a second time. */
  async *batches(): AsyncGenerator<{ table: Table; rows: JsonRow[] }> {
    for await (const line of this.file.readLines({ start: 0, autoClose: false }))
      yield JSON.parse(line) as { table: Table; rows: JsonRow[] };
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));

import { randomUUID } from 'node:crypto';
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** What a table takes: rows as JSON has them, whole numbers beyond its own as text. */
export type JsonRow = Readonly<Record<string, unknown>>;

const LENGTH_BYTES = 4; // before each batch, how many bytes of JSON follow

/**
 * Rows on their way into the database, in a file: while a source is read no transaction is open, and memory does not grow with the day.
 * The file has no name once it is open, so that nothing of it is left when the process ends, however it does. Batches have their length
 * before them, because no character ends one: texts may hold every kind of line end.
 */
export class Spool<Table extends string> {
  private size = 0;

  private constructor(private readonly file: FileHandle) {}

  static async open<Table extends string>(folder: string): Promise<Spool<Table>> {
    await mkdir(folder, { recursive: true });
    const name = path.join(folder, `.pull-${randomUUID()}`);
    const file = await open(name, 'wx+', 0o600);
    await unlink(name);
    return new Spool(file);
  }

  async add(table: Table, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const json = Buffer.from(jsonOf({ table, rows }));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(json.length);
    await this.file.appendFile(Buffer.concat([length, json]));
    this.size += LENGTH_BYTES + json.length;
  }

  /** Everything that was added, in its order; also a second time. The next batch is read when it is asked for: memory holds one. */
  async *batches(): AsyncGenerator<{ table: Table; rows: JsonRow[] }> {
    for (let at = 0; at < this.size;) {
      const length = (await this.read(at, LENGTH_BYTES)).readUInt32BE();
      const json = await this.read(at + LENGTH_BYTES, length);
      yield JSON.parse(json.toString()) as { table: Table; rows: JsonRow[] };
      at += LENGTH_BYTES + length;
    }
  }

  private async read(at: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.file.read(Buffer.alloc(length), 0, length, at);
    if (bytesRead < length) throw new Error('A file of rows on their way ends before its last row.');
    return buffer;
  }

  /** May be called again. */
  close(): Promise<void> {
    return this.file.close();
  }
}

const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));

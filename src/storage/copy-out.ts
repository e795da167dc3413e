import pg from 'pg';

/** Holds the server back while whoever takes the rows has enough. */
export interface Flow {
  pause(): void;
  resume(): void;
}

interface CopyConnection {
  stream: Flow;
}

/**
 * Runs one COPY … TO STDOUT and hands on each row as it arrives: bytes that are gone when `onRow` returns. What it throws, or the
 * server's error, rejects once the server has ended the COPY.
 */
export function copyOut(client: pg.ClientBase, text: string, onRow: (row: Buffer, flow: Flow) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    (client as pg.Client).query(new CopyOut(text, onRow, (error) => (error ? reject(error) : resolve())));
  });
}

type Done = (error: Error | null | undefined) => void;

class CopyOut extends (pg.Query as unknown as new (text: string, done: Done) => pg.Query) {
  constructor(text: string, onRow: (row: Buffer, flow: Flow) => void, done: Done) {
    let failed: Error | undefined;
    super(text, (error) => done(error ?? failed));
    this.onRow = (row, flow) => {
      if (failed) return;
      try {
        onRow(row, flow);
      } catch (error) {
        failed = error instanceof Error ? error : new Error(String(error));
      }
    };
  }

  private readonly onRow: (row: Buffer, flow: Flow) => void;

  /** Called by the driver with each row. */
  handleCopyData({ chunk }: { chunk: Buffer }, connection: CopyConnection): void {
    this.onRow(chunk, connection.stream);
  }
}

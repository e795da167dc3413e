import pg from 'pg';

/** The part of the driver's connection that COPY needs; the driver's types leave it out. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/**
 * Runs statements in one message, feeding each COPY … FROM STDIN among them the next chunk. COPY writes many rows to a page at
 * once and its binary format is not parsed, which INSERT cannot have. Resolves with the command tags (`COPY`, `COMMIT`, …) in order.
 */
export function copyIn(client: pg.Client, text: string, chunks: readonly Buffer[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    client.query(
      new CopyIn(text, chunks, (error, results) => {
        if (error) reject(error);
        else resolve([results].flat().map((result) => result.command));
      }),
    );
  });
}

type Done = (error: Error | null | undefined, results: pg.QueryResult | pg.QueryResult[]) => void;

class CopyIn extends (pg.Query as unknown as new (text: string, done: Done) => pg.Query) {
  private next = 0;

  constructor(
    text: string,
    private readonly chunks: readonly Buffer[],
    done: Done,
  ) {
    super(text, done);
  }

  /** Called by the driver when the server is ready to take the rows of a COPY. */
  handleCopyInResponse(connection: CopyConnection): void {
    const chunk = this.chunks[this.next];
    this.next += 1;
    if (chunk) connection.sendCopyFromChunk(chunk);
    connection.endCopyFrom();
  }
}

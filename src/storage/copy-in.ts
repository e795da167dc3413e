import pg from 'pg';

/** The part of the driver's connection that COPY needs; the driver's types leave it out. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

/** No rows were sent, because of what a statement before the COPY answered. The transaction has failed, and waits for its rollback. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
}

/**
 * Runs statements in one message, feeding each COPY … FROM STDIN among them the next chunk. COPY writes many rows to a page at
 * once and its binary format is not parsed, which INSERT cannot have. Resolves with the command tags (`COPY`, `COMMIT`, …) in order.
 * Where a statement before the first COPY answers `unless` (`UPDATE 0`), no rows are sent, and CopyRefused is thrown.
 */
export function copyIn(client: pg.Client, text: string, chunks: readonly Buffer[], unless?: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const query: CopyIn = new CopyIn(text, chunks, unless, (error, results) => {
      if (error) reject(query.refused ? new CopyRefused(error.message) : error);
      else resolve([results].flat().map((result) => result.command));
    });
    client.query(query);
  });
}

type Done = (error: Error | null | undefined, results: pg.QueryResult | pg.QueryResult[]) => void;

interface Query extends pg.Query {
  handleCommandComplete(message: { text: string }, connection: CopyConnection): void;
}

class CopyIn extends (pg.Query as unknown as new (text: string, done: Done) => Query) {
  refused = false;
  private next = 0;

  constructor(
    text: string,
    private readonly chunks: readonly Buffer[],
    private readonly unless: string | undefined,
    done: Done,
  ) {
    super(text, done);
  }

  override handleCommandComplete(message: { text: string }, connection: CopyConnection): void {
    if (message.text === this.unless) this.refused = true;
    super.handleCommandComplete(message, connection);
  }

  /** Called by the driver when the server is ready to take the rows of a COPY. */
  handleCopyInResponse(connection: CopyConnection): void {
    if (this.refused) return connection.sendCopyFail(`a statement before it answered ${this.unless}`);
    const chunk = this.chunks[this.next];
    this.next += 1;
    if (chunk) connection.sendCopyFromChunk(chunk);
    connection.endCopyFrom();
  }
}

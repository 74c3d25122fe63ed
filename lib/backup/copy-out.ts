/** Rows as `copy ... to stdout` sends them, read by hand: one that is given up must be read to its end, or its connection is lost. */
import type { Readable } from "node:stream";
import type { SqlTx } from "#db/client.ts";

/** One copy after the other, on one transaction. */
export class CopyOut {
  readonly #tx: SqlTx;
  #stream: Readable | null = null;

  constructor(tx: SqlTx) {
    this.#tx = tx;
  }

  /** @param statement a whole COPY statement; its names are ours */
  async *rows(statement: string): AsyncGenerator<Buffer> {
    const stream = await this.#tx.unsafe(statement).readable();
    this.#stream = stream;
    for (let rows = await next(stream); rows !== null; rows = await next(stream)) yield rows;
    this.#close(stream);
  }

  /** Reads what a copy that was given up still sends, so that the transaction can be ended. */
  async giveUp(): Promise<void> {
    const stream = this.#stream;
    if (stream === null) return;
    for (let rows = await next(stream); rows !== null; rows = await next(stream));
    this.#close(stream);
  }

  #close(stream: Readable): void {
    // The driver pauses its socket when the reader lags, and leaves it so when the end came in the same packet.
    stream._read(0);
    this.#stream = null;
  }
}

/** All that has come; null at the end. */
function next(stream: Readable): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const done = () => {
      stream.off("readable", look);
      stream.off("end", look);
      stream.off("error", fail);
    };
    const fail = (error: Error) => {
      done();
      reject(error);
    };
    const look = () => {
      const rows: Buffer | null = stream.readableEnded ? null : stream.read();
      if (rows === null && !stream.readableEnded) return;
      done();
      resolve(rows);
    };
    stream.on("readable", look);
    stream.on("end", look);
    stream.on("error", fail);
    look();
  });
}

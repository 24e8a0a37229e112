import { transactionState } from "./transaction-sql.js";

/** A `begin(work)` or `beginNested(work)` that has not ended. */
export interface BeginBlock {
  /** The call that ended its transaction before its end. */
  endedBy: string | undefined;
  /** Why, where an error was the reason. */
  error: unknown;
}

/** The blocks that work runs in, the outermost first. */
export class BeginBlocks {
  readonly #open: BeginBlock[] = [];

  open(): BeginBlock {
    const block = { endedBy: undefined, error: undefined };
    this.#open.push(block);
    return block;
  }

  close(block: BeginBlock): void {
    this.#open.splice(this.#open.indexOf(block), 1);
  }

  /** The transaction ended, and with it what all blocks are about. */
  endAll(call: string, error: unknown): void {
    for (const block of this.#open) {
      block.endedBy ??= call;
      block.error ??= error;
    }
  }

  /** @throws {DbSessionError} when the innermost block's transaction has ended: a statement after it would not be in it */
  assertGoesOn(call: string): void {
    const block = this.#open.at(-1);
    if (block?.endedBy === undefined) return;
    const because = block.error instanceof Error ? `, after the error "${block.error.message}"` : "";
    throw transactionState(
      `${call}() after ${block.endedBy}() in a begin block${because}: its transaction has ended; leave the block before the next statement.`,
      block.error,
    );
  }
}

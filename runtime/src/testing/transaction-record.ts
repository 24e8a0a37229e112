import type { QueryParameters } from "../types.js";
import { FakeDatabaseError } from "./database-error.js";

/** A statement that the fake server ran. */
export interface FakeStatement {
  sql: string;
  params: QueryParameters;
}

interface Savepoint {
  name: string;
  /** Statements that had run when it was set. */
  mark: number;
}

type TransactionStatus = "idle" | "transaction" | "failed";

const COMMAND = new RegExp(
  String.raw`^(?:\s|--.*\n|/\*[^]*?\*/)*(?:(begin|start\s+transaction)|(commit|end)|(savepoint)|(release)|(?:(rollback|abort)(\s+(?:work\s+|transaction\s+)?to\b)?))\b`,
  "i",
);
const SAVEPOINT_NAME = /("(?:[^"]|"")+"|[\w$]+)\s*;?\s*$/;
const AND_CHAIN = /\band\s+chain\b/i;

/** What one connection's server process knows of its transaction, and which statements last. Follows PostgreSQL. */
export class TransactionRecord {
  status: TransactionStatus = "idle";
  #work: FakeStatement[] = [];
  #savepoints: Savepoint[] = [];
  readonly #commit: (statements: FakeStatement[]) => void;

  /** @param commit gets the statements that last, when they do */
  constructor(commit: (statements: FakeStatement[]) => void) {
    this.#commit = commit;
  }

  /** @throws {FakeDatabaseError} when the server would not run it in this state; the statement then counts as failed */
  check(sql: string): void {
    const command = parse(sql);
    if (this.status === "failed" && command !== "commit" && command !== "rollback" && command !== "rollback to") {
      throw new FakeDatabaseError(
        "25P02",
        "current transaction is aborted, commands ignored until end of transaction block",
      );
    }
    if (command !== "savepoint" && command !== "release" && command !== "rollback to") return;
    if (this.status === "idle") {
      const name = command.toUpperCase() + (command === "rollback to" ? " SAVEPOINT" : "");
      throw new FakeDatabaseError("25P01", `${name} can only be used in transaction blocks`);
    }
    if (command !== "savepoint" && this.#find(sql) < 0) {
      this.fail(sql);
      throw new FakeDatabaseError("3B001", `savepoint "${savepointName(sql)}" does not exist`);
    }
  }

  /** The statement ran. @returns the command's tag, or undefined for a statement that is no business of transactions */
  succeed(statement: FakeStatement): string | undefined {
    const { sql } = statement;
    switch (parse(sql)) {
      case "begin":
        this.status = "transaction";
        return "BEGIN";
      case "commit": {
        const tag = this.status === "failed" ? "ROLLBACK" : "COMMIT";
        this.#end(sql, this.status === "transaction");
        return tag;
      }
      case "rollback":
        this.#end(sql, false);
        return "ROLLBACK";
      case "savepoint":
        this.#savepoints.push({ name: savepointName(sql), mark: this.#work.length });
        return "SAVEPOINT";
      case "release":
        this.#savepoints.length = this.#find(sql);
        return "RELEASE";
      case "rollback to": {
        const index = this.#find(sql);
        this.#work.length = this.#savepoints[index]?.mark ?? 0;
        this.#savepoints.length = index + 1;
        this.status = "transaction";
        return "ROLLBACK";
      }
      case undefined:
        if (this.status === "idle") this.#commit([statement]);
        else this.#work.push(statement);
        return undefined;
    }
  }

  /** The statement failed; a COMMIT that fails leaves nothing open. */
  fail(sql: string): void {
    if (parse(sql) === "commit") this.#end("", false);
    else if (this.status === "transaction") this.status = "failed";
  }

  #end(sql: string, lasts: boolean): void {
    if (lasts) this.#commit(this.#work);
    this.#work = [];
    this.#savepoints = [];
    this.status = this.status !== "idle" && AND_CHAIN.test(sql) ? "transaction" : "idle";
  }

  #find(sql: string): number {
    const name = savepointName(sql);
    return this.#savepoints.map((savepoint) => savepoint.name).lastIndexOf(name);
  }
}

function parse(sql: string): "begin" | "commit" | "savepoint" | "release" | "rollback" | "rollback to" | undefined {
  const match = COMMAND.exec(sql);
  if (!match) return undefined;
  const [, begin, commit, savepoint, release, , to] = match;
  if (begin) return "begin";
  if (commit) return "commit";
  if (savepoint) return "savepoint";
  if (release) return "release";
  return to ? "rollback to" : "rollback";
}

function savepointName(sql: string): string {
  const name = SAVEPOINT_NAME.exec(sql)?.[1] ?? "";
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

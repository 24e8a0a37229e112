import type { AddressInfo } from "node:net";
import mysql from "mysql2";

const IN_TRANSACTION = 0x0001;
const AUTOCOMMIT = 0x0002;

/** mysql2's server half, which its types leave out. */
interface ServerConnection {
  stream: { destroy(): void; setNoDelay(on: boolean): void };
  sequenceId: number;
  serverHandshake(options: Record<string, unknown>): void;
  writeOk(options: { serverStatus: number }): void;
  writeError(options: { message: string; code: number }): void;
  writeColumns(columns: unknown[]): void;
  writeTextRow(values: string[]): void;
  writeEof(warnings: number, serverStatus: number): void;
  on(event: string, listener: (...args: any[]) => void): void;
}

interface FakeServer {
  listen(port: number, host: string, onListening: () => void): void;
  close(onClosed: () => void): void;
  on(event: "connection", listener: (connection: ServerConnection) => void): void;
  _server: { address(): AddressInfo };
}

/**
 * A MySQL server that knows transactions and `insert`, and says with each answer but an error whether a transaction is open.
 * `sleep` never answers, `fail` answers with an error, `die` closes the connection, `kill` another one.
 */
export class FakeMysql {
  /** Every statement that came in, of all connections. */
  readonly statements: string[] = [];
  readonly committed: string[] = [];
  failRollback = false;
  /** Takes statements and answers none. */
  isSilent = false;
  readonly #server = (mysql as unknown as { createServer(): FakeServer }).createServer();
  readonly #connections = new Map<number, ServerConnection>();
  #nextId = 0;

  async start(): Promise<mysql.PoolOptions> {
    this.#server.on("connection", (connection) => this.#serve(connection));
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return { host: "127.0.0.1", port: this.#server._server.address().port, user: "root", database: "test" };
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections.values()) connection.stream.destroy();
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }

  /** Closes every connection from the server's side. */
  dropAll(): void {
    for (const connection of this.#connections.values()) connection.stream.destroy();
  }

  #serve(connection: ServerConnection): void {
    const id = (this.#nextId += 1);
    this.#connections.set(id, connection);
    let pending: string[] | undefined;
    const status = (): number => AUTOCOMMIT | (pending ? IN_TRANSACTION : 0);
    const ok = (): void => connection.writeOk({ serverStatus: status() });
    connection.stream.setNoDelay(true);
    connection.on("error", () => {});
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: "8.0.0-fake",
      connectionId: id,
      statusFlags: AUTOCOMMIT,
      characterSet: 8,
      capabilityFlags: 0xffffff ^ 0x800, // everything but TLS
      authCallback: (_: unknown, accept: (error: null) => void) => {
        accept(null);
        connection.sequenceId = 0;
      },
    });
    const serve = (sql: string): void => {
      this.statements.push(sql);
      if (this.isSilent) return;
      connection.sequenceId = 1; // packets are counted anew for each command
      answer(sql);
      connection.sequenceId = 0;
    };
    connection.on("query", serve);
    connection.on("stmt_prepare", serve); // mysql2 takes each SET for one
    const answer = (sql: string): void => {
      const [, item = ""] = /'(.*)'/.exec(sql) ?? [];
      switch (sql.split(/[\s(]/, 1)[0]!.toLowerCase()) {
        case "start":
        case "begin":
          pending = [];
          return ok();
        case "insert":
          (pending ?? this.committed).push(item);
          return ok();
        case "commit":
          this.committed.push(...(pending ?? []));
          pending = undefined;
          return ok();
        case "rollback":
          if (this.failRollback) return connection.writeError({ message: "no rollback", code: 1105 });
          pending = undefined;
          return ok();
        case "select":
          connection.writeColumns([textColumn("id")]);
          connection.writeTextRow([String(id)]);
          return connection.writeEof(0, status());
        case "fail":
          return connection.writeError({ message: "You have an error", code: 1064 });
        case "kill":
          this.#connections.get(Number(/\d+/.exec(sql)))?.stream.destroy();
          return ok();
        case "die":
          return connection.stream.destroy();
        case "sleep":
          return;
        default:
          return ok();
      }
    };
  }
}

function textColumn(name: string): Record<string, unknown> {
  return {
    catalog: "def",
    schema: "test",
    table: "t",
    orgTable: "t",
    name,
    orgName: name,
    characterSet: 33,
    columnLength: 384,
    columnType: 253,
    flags: 0,
    decimals: 0,
  };
}

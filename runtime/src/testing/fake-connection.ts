import type { Timer } from "../clock.js";
import type { ConnectionStatus, DriverConnection, DriverQueryOptions } from "../driver/driver.js";
import type { QueryParameters, QueryResult } from "../types.js";
import { emptyResult, evaluate } from "./answers.js";
import { connectionLost, FakeDatabaseError, terminatedByAdministrator } from "./database-error.js";
import type { FakeServer } from "./fake-server.js";
import { TransactionRecord, type FakeStatement } from "./transaction-record.js";

export interface KillOptions {
  /** What the client is told. Default: SQLSTATE 57P01, as after `pg_terminate_backend`. */
  error?: Error;
  /** The client learns of it by its next message only, as after a network failure. Default: false. */
  silently?: boolean;
  /** The server finishes the statement under way, such as a COMMIT, and only its answer is lost. Default: false. */
  losesAnswer?: boolean;
}

/** The client of a fake connection, as other libraries want it: calls queue, as those of `pg` do. */
export interface FakeClient {
  /** The connection's. */
  readonly id: number;
  query<Row = Record<string, unknown>>(sql: string, params?: QueryParameters): Promise<QueryResult<Row>>;
}

const notStarted: Timer = { clear() {} };
const never = new Promise<never>(() => {});

/** A message under way. */
interface Operation {
  /** What the server works on now; a ping has none. */
  statement?: FakeStatement;
  timer?: Timer;
  fail(error: Error): void;
}

/** One connection of the fake driver, with the means to make it fail. */
export class FakeConnection implements DriverConnection {
  /** Counts from 1, in the order of the attempts to connect. */
  readonly id: number;
  readonly client: FakeClient;

  readonly #server: FakeServer;
  readonly #onDeath: (error: Error | undefined) => void;
  readonly #record: TransactionRecord;
  #operation: Operation | undefined;
  #isOpen = true;
  #isStalled = false;
  #lost: Error | undefined;
  readonly #queued: (() => void)[] = [];
  #goodbye: { ended: Promise<void>; end(): void; timer?: Timer } | undefined;
  readonly #cancels = new Set<{ timer: Timer; settle(): void }>();

  /** @internal */
  constructor(server: FakeServer, id: number, onDeath: (error: Error | undefined) => void) {
    this.#server = server;
    this.id = id;
    this.#onDeath = onDeath;
    this.#record = new TransactionRecord((statements) => server.committed(statements));
    this.client = {
      id,
      query: async (...call) => {
        if (this.#operation) await new Promise<void>((resolve) => this.#queued.push(resolve));
        return this.query(...call);
      },
    };
  }

  get status(): ConnectionStatus {
    if (!this.#isOpen || this.#goodbye) return "dead";
    return this.#operation ? "busy" : this.#record.status;
  }

  /** Whether the server still has the connection. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  query<Row = Record<string, unknown>>(
    sql: string,
    params: QueryParameters = [],
    { begin }: DriverQueryOptions = {},
  ): Promise<QueryResult<Row>> {
    this.#server.note({ type: "query", connectionId: this.id, sql, params, ...(begin === undefined ? {} : { begin }) });
    return this.#run(`query(${JSON.stringify(sql)})`, async (operation) => {
      if (begin !== undefined) await this.#execute(operation, { sql: begin, params: [] }, 0);
      const result = await this.#execute(operation, { sql, params }, this.#server.settings.queryDelayMillis);
      return result as QueryResult<Row>;
    });
  }

  ping(): Promise<void> {
    this.#server.note({ type: "ping", connectionId: this.id });
    return this.#run("ping()", async (operation) => {
      await this.#pause(operation, this.#server.settings.pingDelayMillis);
      const { pingError } = this.#server.settings;
      if (pingError) throw pingError;
    });
  }

  cancel(): Promise<void> {
    this.#server.note({ type: "cancel", connectionId: this.id });
    if (!this.#isOpen) return Promise.resolve();
    const { clock } = this.#server;
    const { cancelDelayMillis } = this.#server.settings;
    return new Promise((resolve) => {
      const arrive = (): void => {
        request.settle();
        const { statement } = this.#operation ?? {};
        if (!statement || this.#server.settings.ignoresCancel || this.#isStalled) return;
        this.#record.fail(statement.sql);
        this.#operation?.fail(new FakeDatabaseError("57014", "canceling statement due to user request"));
      };
      const request = {
        timer: notStarted,
        settle: () => {
          request.timer.clear();
          this.#cancels.delete(request);
          resolve();
        },
      };
      this.#cancels.add(request);
      if (cancelDelayMillis > 0) request.timer = clock.startTimer(arrive, cancelDelayMillis);
      else arrive();
    });
  }

  close(): Promise<void> {
    if (this.#goodbye) return this.#goodbye.ended;
    const goodbye = this.#sayGoodbye();
    if (!this.#isOpen) goodbye.end();
    else {
      this.#server.note({ type: "close", connectionId: this.id });
      if (!this.#operation) this.#startGoodbye();
    }
    return goodbye.ended;
  }

  terminate(): void {
    if (!this.#isOpen) return;
    this.#server.note({ type: "terminate", connectionId: this.id });
    this.#sayGoodbye();
    this.#end(connectionLost());
  }

  /** Ends the connection from the server's side. */
  kill({ error = terminatedByAdministrator(), silently = false, losesAnswer = false }: KillOptions = {}): void {
    if (!this.#isOpen) return;
    const { statement } = this.#operation ?? {};
    if (losesAnswer && statement) this.#record.succeed(statement);
    this.#server.note({ type: "death", connectionId: this.id });
    const wasTold = this.#goodbye !== undefined;
    if (!silently || wasTold) this.#die(error, wasTold);
    else {
      this.#lost = error;
      this.#operation?.timer?.clear();
    }
  }

  /** From now on the server answers nothing on this connection: what is asked of it hangs until it is terminated. */
  stall(): void {
    this.#isStalled = true;
    this.#operation?.timer?.clear();
    this.#goodbye?.timer?.clear();
  }

  #die(error: Error, wasTold: boolean): void {
    this.#end(error);
    if (!wasTold) this.#onDeath(error);
  }

  #end(error: Error): void {
    this.#isOpen = false;
    this.#operation?.fail(error);
    this.#goodbye?.timer?.clear();
    this.#goodbye?.end();
    for (const cancel of this.#cancels) cancel.settle();
    this.#server.forget(this);
  }

  #sayGoodbye(): { ended: Promise<void>; end(): void } {
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    return (this.#goodbye ??= { ended, end });
  }

  #startGoodbye(): void {
    const goodbye = this.#goodbye;
    if (!goodbye || this.#isStalled) return;
    const end = (): void => this.#end(connectionLost());
    const { closeDelayMillis } = this.#server.settings;
    if (closeDelayMillis > 0) goodbye.timer = this.#server.clock.startTimer(end, closeDelayMillis);
    else queueMicrotask(() => this.#isOpen && end());
  }

  /** One message and its answer; fails as soon as the connection does, whatever the work waits for. */
  #run<T>(call: string, work: (operation: Operation) => Promise<T>): Promise<T> {
    if (this.status === "dead") {
      this.#queued.shift()?.();
      return Promise.reject(new Error(`${call} on connection ${this.id}, which is closed`));
    }
    if (this.#operation) throw this.#server.misuse(`${call} on connection ${this.id} while another call is under way`);
    if (this.#lost) {
      this.#die(this.#lost, false);
      return Promise.reject(this.#lost);
    }
    return new Promise((resolve, reject) => {
      const isLast = (): boolean => {
        if (this.#operation !== operation) return false;
        operation.timer?.clear();
        this.#operation = undefined;
        if (this.#isOpen && this.#goodbye) this.#startGoodbye();
        this.#queued.shift()?.();
        return true;
      };
      const operation: Operation = {
        fail: (error) => {
          if (isLast()) reject(error);
        },
      };
      this.#operation = operation;
      work(operation).then(
        (result) => {
          if (isLast()) resolve(result);
        },
        (error: Error) => operation.fail(error),
      );
    });
  }

  async #execute(operation: Operation, statement: FakeStatement, delayMillis: number): Promise<QueryResult> {
    const { sql } = statement;
    this.#server.received(sql);
    this.#record.check(sql);
    operation.statement = statement;
    const rule = this.#server.answers.take(sql);
    await this.#pause(operation, rule?.delayMillis ?? delayMillis);
    let answer: QueryResult | Error | undefined;
    if (rule) answer = await evaluate(rule, { ...statement, connectionId: this.id });
    if (this.#operation !== operation || this.#lost) return never;
    delete operation.statement;
    if (answer instanceof Error) {
      this.#record.fail(sql);
      throw answer;
    }
    const tag = this.#record.succeed(statement);
    return answer ?? emptyResult(sql, tag);
  }

  /** Does not end when the operation does: what follows it then never runs. */
  #pause(operation: Operation, millis: number): Promise<void> | undefined {
    if (!this.#isStalled && millis <= 0) return undefined;
    return new Promise((resolve) => {
      if (!this.#isStalled) operation.timer = this.#server.clock.startTimer(resolve, millis);
    });
  }
}

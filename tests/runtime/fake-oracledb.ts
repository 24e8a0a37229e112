type Callback<T> = (error: Error | null, result?: T) => void;

/** What the server has for one connection. */
class Session {
  work: string[] = [];
  isDead = false;
}

/**
 * A pool of oracledb, as its documentation has it: each checkout is an object of its own, one operation of it runs at a time and
 * the others wait, `close` waits too, rolls back, and gives back or drops. `sleep` runs until `break`.
 */
export class FakeOraclePool {
  readonly committed: string[] = [];
  readonly log: string[] = [];
  failRollback = false;
  /** `transactionInProgress` came with 6.3. */
  tellsStatus = true;
  readonly #idle: Session[] = [];
  #inUse = 0;

  get connectionsOpen(): number {
    return this.#inUse + this.#idle.length;
  }
  get connectionsInUse(): number {
    return this.#inUse;
  }

  async getConnection(): Promise<FakeOracleConnection> {
    this.#inUse += 1;
    return new FakeOracleConnection(this, this.#idle.pop() ?? new Session());
  }

  takeBack(session: Session, drop: boolean): void {
    this.#inUse -= 1;
    session.work = [];
    if (!drop && !session.isDead) this.#idle.push(session);
  }

  async close(): Promise<void> {}
}

export class FakeOracleConnection {
  readonly #pool: FakeOraclePool;
  #session: Session | undefined;
  #lastOperation: Promise<unknown> = Promise.resolve();
  #interrupt: ((error: Error) => void) | undefined;

  constructor(pool: FakeOraclePool, session: Session) {
    this.#pool = pool;
    this.#session = session;
  }

  get transactionInProgress(): boolean | undefined {
    return this.#pool.tellsStatus ? (this.#session?.work.length ?? 0) > 0 : undefined;
  }

  isHealthy(): boolean {
    return this.#session !== undefined && !this.#session.isDead;
  }

  /** Cuts the connection from the server's side. */
  die(): void {
    this.#open().isDead = true;
    this.#interrupt?.(new Error("NJS-500: connection to the Oracle Database was broken"));
  }

  execute(sql: string, callback?: Callback<{ rowsAffected: number }>): Promise<{ rowsAffected: number }> | undefined {
    return this.#run(sql, callback, async (session) => {
      if (sql === "sleep") {
        await new Promise((_, reject) => {
          this.#interrupt = reject;
        });
      }
      if (sql === "fail") throw new Error("ORA-00942: table or view does not exist");
      session.work.push(sql);
      return { rowsAffected: 1 };
    });
  }

  executeMany(sql: string, rows: unknown[]): Promise<{ rowsAffected: number }> {
    return this.#run(sql, undefined, async (session) => {
      session.work.push(...rows.map(String));
      return { rowsAffected: rows.length };
    })!;
  }

  commit(callback?: Callback<void>): Promise<void> | undefined {
    return this.#run("commit", callback, async (session) => {
      this.#pool.committed.push(...session.work.splice(0));
    });
  }

  rollback(callback?: Callback<void>): Promise<void> | undefined {
    return this.#run("rollback", callback, async (session) => {
      if (this.#pool.failRollback) throw new Error("ORA-00600: internal error");
      session.work = [];
    });
  }

  async break(): Promise<void> {
    this.#interrupt?.(new Error("ORA-01013: user requested cancel of current operation"));
  }

  async close(options: { drop?: boolean } = {}): Promise<void> {
    const session = this.#open();
    await this.#lastOperation.catch(() => {});
    this.#pool.log.push(options.drop ? "drop" : "close");
    this.#session = undefined;
    this.#pool.takeBack(session, options.drop === true);
  }

  #open(): Session {
    if (!this.#session) throw new Error("NJS-003: invalid or closed connection");
    return this.#session;
  }

  #run<T>(
    name: string,
    callback: Callback<T> | undefined,
    work: (session: Session) => Promise<T>,
  ): Promise<T> | undefined {
    const operation = this.#lastOperation
      .catch(() => {})
      .then(() => {
        this.#pool.log.push(name);
        const session = this.#open();
        if (session.isDead) throw new Error("NJS-500: connection to the Oracle Database was broken");
        return work(session);
      });
    this.#lastOperation = operation;
    operation.catch(() => {});
    if (!callback) return operation;
    operation.then(
      (result) => callback(null, result),
      (error: Error) => callback(error),
    );
    return undefined;
  }
}

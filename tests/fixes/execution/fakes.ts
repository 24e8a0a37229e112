import { EventEmitter } from "node:events";
import { lease } from "../../../runtime/src/index.js";

/** What a program does to its database, step by step; one step can be made to fail. */
export class Recorder {
  readonly events: string[] = [];
  /** Every step that can fail, in order. */
  readonly steps: string[] = [];
  readonly #fault: string | undefined;
  readonly #counts = new Map<string, number>();
  open = 0;
  /** Sessions that went back to their pool in the middle of a transaction. */
  dirty = 0;
  /** Transactions that were committed. */
  commits = 0;
  /** The program used what it had closed, or ended what had ended: perhaps nobody heard of the error. */
  isMisused = false;

  constructor(fault?: string) {
    this.#fault = fault;
  }

  /** The error that a library answers misuse with. */
  misuse(message: string): Error {
    this.isMisused = true;
    return new Error(message);
  }

  async step(name: string): Promise<void> {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const key = `${name}#${count}`;
    this.steps.push(key);
    this.events.push(name);
    await Promise.resolve();
    if (key === this.#fault) throw new Error(`fault at ${name}`);
  }
}

/** A connection with a transaction status, as a server keeps it. */
class Connection {
  isInTransaction = false;
  isOut = true;
  readonly recorder: Recorder;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
    recorder.open++;
  }

  async query(text: string): Promise<{ rows: { id: number }[] }> {
    if (!this.isOut) throw this.recorder.misuse("used after close");
    const kind = /^\s*(begin|commit|rollback)\b/iu.exec(text)?.[1]?.toLowerCase();
    await this.recorder.step(kind ?? `query ${text.trim()}`);
    if (kind === "begin") this.isInTransaction = true;
    else if (kind !== undefined) this.isInTransaction = false;
    if (kind === "commit") this.recorder.commits++;
    return { rows: [{ id: text.length }] };
  }

  /** Back to the pool. */
  giveBack(): void {
    if (!this.isOut) throw this.recorder.misuse("released twice");
    this.isOut = false;
    this.recorder.open--;
    if (this.isInTransaction) this.recorder.dirty++;
  }
}

export type Modules = Readonly<Record<string, unknown>>;

/** Fakes of every library that fixes write scopes for. `lease` is the real one. */
export function fakeModules(recorder: Recorder): Modules {
  return {
    pg: { Pool: pgPool(recorder) },
    "mysql2/promise": { createPool: () => mysqlPool(recorder) },
    typeorm: { DataSource: dataSource(recorder) },
    mongodb: { MongoClient: mongoClient(recorder) },
    mongoose: mongoose(recorder),
    sequelize: { Sequelize: sequelize(recorder) },
    knex: { default: () => knex(recorder), __esModule: true },
    "db-session": { lease, createAsyncEngine: () => ({}), asyncSessionmaker: () => () => asyncSession(recorder) },
    app: {
      mail: async () => recorder.step("mail"),
      audit: async () => recorder.step("audit"),
    },
  };
}

function pgPool(recorder: Recorder) {
  return class Pool {
    totalCount = 1;
    async connect() {
      await recorder.step("open");
      const connection = new Connection(recorder);
      return Object.assign(new EventEmitter(), {
        query: (text: string) => connection.query(text),
        getTransactionStatus: () => (connection.isInTransaction ? "T" : "I"),
        release(error?: unknown) {
          recorder.events.push("close");
          // A destroyed connection takes its transaction with it.
          if (error) connection.isInTransaction = false;
          connection.giveBack();
        },
      });
    }
    async query(text: string) {
      await recorder.step("open");
      const connection = new Connection(recorder);
      try {
        return await connection.query(text);
      } finally {
        connection.giveBack();
      }
    }
  };
}

function mysqlPool(recorder: Recorder) {
  const getConnection = async () => {
    await recorder.step("open");
    const connection = new Connection(recorder);
    const query = async (text: string) => [(await connection.query(text)).rows];
    const release = () => {
      if (!connection.isOut) return;
      recorder.events.push("close");
      connection.giveBack();
    };
    return {
      connection: Object.assign(new EventEmitter(), { query }),
      query,
      execute: query,
      beginTransaction: () => query("begin"),
      commit: () => query("commit"),
      rollback: () => query("rollback"),
      release,
      destroy: () => {
        connection.isInTransaction = false;
        release();
      },
      end: async () => release(),
      [Symbol.asyncDispose]: async () => release(),
    };
  };
  const query = async (text: string) => {
    const connection = await getConnection();
    try {
      return await connection.query(text);
    } finally {
      connection.release();
    }
  };
  return { getConnection, query };
}

function dataSource(recorder: Recorder) {
  class QueryRunner {
    isReleased = false;
    isTransactionActive = false;
    connection: Connection | undefined;
    async connect() {
      if (this.isReleased) throw recorder.misuse("QueryRunnerAlreadyReleasedError");
      if (this.connection) return;
      await recorder.step("open");
      this.connection = new Connection(recorder);
    }
    async query(text: string) {
      await this.connect();
      return (await this.connection!.query(text)).rows;
    }
    get manager() {
      return {
        save: async (item: { name: string }) => {
          await this.query(`save ${item.name}`);
          return item;
        },
      };
    }
    async startTransaction() {
      await this.query("begin");
      this.isTransactionActive = true;
    }
    async commitTransaction() {
      if (!this.isTransactionActive) throw recorder.misuse("TransactionNotStartedError");
      await this.query("commit");
      this.isTransactionActive = false;
    }
    async rollbackTransaction() {
      if (!this.isTransactionActive) throw recorder.misuse("TransactionNotStartedError");
      await this.query("rollback");
      this.isTransactionActive = false;
    }
    async release() {
      if (this.isReleased) return;
      this.isReleased = true;
      if (this.connection?.isOut) this.connection.giveBack();
      await recorder.step("close");
    }
    async [Symbol.asyncDispose]() {
      if (this.isTransactionActive) await this.commitTransaction();
      await this.release();
    }
  }
  return class DataSource {
    createQueryRunner() {
      return new QueryRunner();
    }
    async query(text: string) {
      const runner = new QueryRunner();
      try {
        return await runner.query(text);
      } finally {
        if (runner.connection?.isOut) runner.connection.giveBack();
      }
    }
    get manager() {
      const runner = new QueryRunner();
      return {
        save: async (item: { name: string }) => {
          const saved = await runner.manager.save(item);
          runner.connection!.giveBack();
          return saved;
        },
      };
    }
  };
}

function clientSession(recorder: Recorder) {
  const connection = new Connection(recorder);
  const session = {
    hasEnded: false,
    connection,
    startTransaction() {
      connection.isInTransaction = true;
    },
    commitTransaction: () => connection.query("commit"),
    abortTransaction: () => connection.query("rollback"),
    async withTransaction(work: () => Promise<unknown>) {
      connection.isInTransaction = true;
      try {
        const result = await work();
        await session.commitTransaction();
        return result;
      } catch (error) {
        connection.isInTransaction = false;
        throw error;
      }
    },
    async endSession() {
      if (session.hasEnded) return;
      session.hasEnded = true;
      connection.isInTransaction = false;
      connection.giveBack();
      await recorder.step("close");
    },
    [Symbol.asyncDispose]: () => session.endSession(),
  };
  return session;
}

type Session = ReturnType<typeof clientSession>;

function collection() {
  return {
    insertOne: async (item: { name: string }, { session }: { session: Session }) =>
      session.connection.query(`insert ${item.name}`),
  };
}

function mongoClient(recorder: Recorder) {
  return class MongoClient {
    startSession() {
      recorder.events.push("open");
      return clientSession(recorder);
    }
    async withSession(work: (session: Session) => Promise<unknown>) {
      const session = this.startSession();
      try {
        return await work(session);
      } finally {
        await session.endSession();
      }
    }
    db() {
      return { collection };
    }
  };
}

function mongoose(recorder: Recorder) {
  const startSession = async () => {
    await recorder.step("open");
    return clientSession(recorder);
  };
  return {
    startSession,
    model: () => collection(),
    __esModule: true,
    default: { startSession, model: () => collection() },
  };
}

/** Transactions that are sessions: sequelize refuses a second end, knex ignores it. */
function unmanaged(recorder: Recorder, isStrict: boolean) {
  const connection = new Connection(recorder);
  connection.isInTransaction = true;
  let finished: string | undefined;
  const finish = async (kind: "commit" | "rollback") => {
    if (finished !== undefined) {
      if (isStrict)
        throw recorder.misuse(`Transaction cannot be ${kind} because it has been finished with state: ${finished}`);
      return;
    }
    finished = kind;
    try {
      await connection.query(kind);
    } finally {
      connection.isInTransaction = false;
      connection.giveBack();
    }
  };
  return {
    connection,
    commit: () => finish("commit"),
    rollback: () => finish("rollback"),
    isFinished: () => finished !== undefined,
  };
}

function managed<Transaction extends { commit(): Promise<void>; rollback(): Promise<void> }>(
  open: () => Promise<Transaction>,
) {
  return async (work?: (transaction: Transaction) => Promise<unknown>) => {
    const transaction = await open();
    if (!work) return transaction;
    let result: unknown;
    try {
      result = await work(transaction);
    } catch (error) {
      await transaction.rollback().catch(() => {});
      throw error;
    }
    await transaction.commit();
    return result;
  };
}

function sequelize(recorder: Recorder) {
  const open = async () => {
    await recorder.step("open");
    const { connection, commit, rollback, isFinished } = unmanaged(recorder, true);
    return {
      connection,
      commit,
      rollback,
      afterCommit() {},
      sequelize: {},
      get finished() {
        return isFinished();
      },
    };
  };
  return class Sequelize {
    transaction = managed(open);
    define() {
      return {
        create: async (item: { name: string }, { transaction }: { transaction: Awaited<ReturnType<typeof open>> }) =>
          transaction.connection.query(`insert ${item.name}`),
      };
    }
  };
}

function knex(recorder: Recorder) {
  const open = async () => {
    await recorder.step("open");
    const transaction = unmanaged(recorder, false);
    const table = (name: string) => ({
      insert: async (item: { name: string }) =>
        (await transaction.connection.query(`insert ${name} ${item.name}`)).rows,
    });
    const { connection, commit, rollback, isFinished } = transaction;
    const client = { acquireConnection: async () => connection, query: async () => {} };
    return Object.assign(table, { commit, rollback, isTransaction: true, isCompleted: isFinished, client });
  };
  return { transaction: managed(open) };
}

function asyncSession(recorder: Recorder) {
  let connection: Connection | undefined;
  let isClosed = false;
  const query = async (text: string) => {
    if (isClosed) throw recorder.misuse("used after close");
    if (!connection) {
      await recorder.step("open");
      connection = new Connection(recorder);
      connection.isInTransaction = true;
    }
    return connection.query(text);
  };
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    if (connection) {
      connection.isInTransaction = false;
      connection.giveBack();
      await recorder.step("close");
    }
  };
  return {
    query,
    commit: () => query("commit"),
    rollback: () => query("rollback"),
    close,
    [Symbol.asyncDispose]: close,
  };
}

import { describe, expect, it } from "vitest";
import { lease } from "../../runtime/src/index.js";

/** What a typeorm runner looks like, over a driver without a pool or of another database. */
class FakeRunner {
  isReleased = false;
  isTransactionActive = false;
  transactionDepth = 0;
  databaseConnection: object | undefined;
  readonly calls: string[] = [];
  rollbackError: Error | undefined;

  async query(sql: string): Promise<void> {
    this.calls.push(sql);
  }
  async startTransaction(): Promise<void> {
    this.isTransactionActive = true;
    this.transactionDepth += 1;
  }
  async rollbackTransaction(): Promise<void> {
    if (this.rollbackError) throw this.rollbackError;
    this.calls.push("rollbackTransaction");
    this.transactionDepth -= 1;
    this.isTransactionActive = this.transactionDepth > 0;
  }
  async release(): Promise<void> {
    this.calls.push("release");
    this.isReleased = true;
  }
}

/** SQLite's: one for all, whose release does nothing. */
class SharedRunner extends FakeRunner {
  override async release(): Promise<void> {
    this.calls.push("release");
  }
}

class FakeMysqlConnection {
  isDestroyed = false;
  _commands = { length: 0 };
  query(): void {}
  beginTransaction(): void {}
  destroy(): void {
    this.isDestroyed = true;
  }
}

describe("a runner that all share", () => {
  it("can be leased again and again, one lease at a time, and is left as it was", async () => {
    const runner = new SharedRunner();
    for (let round = 0; round < 3; round += 1) {
      await using leased = await lease(runner);
      expect(leased).toBe(runner);
      await leased.startTransaction();
      await expect(lease(runner)).rejects.toMatchObject({ code: "ERR_DB_SESSION_ALREADY_LEASED" });
    }
    expect(runner.calls).toEqual(Array(3).fill(["rollbackTransaction", "release"]).flat());
    expect(Object.hasOwn(runner, "release") || Object.hasOwn(runner, "query")).toBe(false);
    await runner.release();
  });
});

describe("a runner of another database", () => {
  it("rolls back level by level and releases", async () => {
    const runner = new FakeRunner();
    {
      await using leased = await lease({ createQueryRunner: () => runner });
      await leased.startTransaction();
      await leased.startTransaction();
    }
    expect(runner.calls).toEqual(["rollbackTransaction", "rollbackTransaction", "release"]);
  });

  it("tells of a rollback that failed, where the connection cannot be closed", async () => {
    const runner = new FakeRunner();
    runner.rollbackError = new Error("no rollback");
    const leased = await lease(runner);
    await leased.startTransaction();
    await expect(leased[Symbol.asyncDispose]()).rejects.toBe(runner.rollbackError);
    expect(runner.isReleased).toBe(true);
  });
});

describe("a runner on MySQL", () => {
  it("rolls back what SQL may have begun", async () => {
    const runner = new FakeRunner();
    {
      await using leased = await lease(runner);
      runner.databaseConnection = new FakeMysqlConnection();
      await leased.query("begin");
    }
    expect(runner.calls).toEqual(["begin", "ROLLBACK", "release"]);
  });

  it("destroys a connection that cannot roll back", async () => {
    const runner = new FakeRunner();
    const connection = new FakeMysqlConnection();
    runner.rollbackError = new Error("no rollback");
    {
      await using leased = await lease(runner);
      runner.databaseConnection = connection;
      await leased.startTransaction();
    }
    expect(connection.isDestroyed).toBe(true);
    expect(runner.isReleased).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { FakeDatabaseError, type FakeConnection, type FakeDriver } from "../../../runtime/src/testing/index.js";
import { connectTo, virtualDriver } from "./support.js";

async function open(): Promise<{
  driver: FakeDriver;
  connection: FakeConnection;
  run: (sql: string) => Promise<string>;
}> {
  const { driver } = virtualDriver();
  driver.respond("bad", new FakeDatabaseError("22012", "division by zero"));
  const connection = await connectTo(driver);
  /** The command's tag or the error's code, and the status after it. */
  const run = async (sql: string): Promise<string> => {
    const answer = await connection.query(sql).then(
      ({ command }) => command,
      (error: FakeDatabaseError) => error.code,
    );
    return `${answer} ${connection.status}`;
  };
  return { driver, connection, run };
}

function committed(driver: FakeDriver): string[] {
  return driver.committed.map(({ sql }) => sql);
}

describe("transactions of the fake server", () => {
  it.each([
    [
      "commit",
      ["begin", "insert 1", "commit"],
      ["BEGIN transaction", "INSERT transaction", "COMMIT idle"],
      ["insert 1"],
    ],
    ["rollback", ["BEGIN", "insert 1", "rollback"], ["BEGIN transaction", "INSERT transaction", "ROLLBACK idle"], []],
    [
      "other spellings",
      ["start transaction read only", "insert 1", "end", "/* x */ begin work", "-- y\n abort;"],
      ["BEGIN transaction", "INSERT transaction", "COMMIT idle", "BEGIN transaction", "ROLLBACK idle"],
      ["insert 1"],
    ],
    [
      "autocommit",
      ["insert 1", "bad", "insert 2"],
      ["INSERT idle", "22012 idle", "INSERT idle"],
      ["insert 1", "insert 2"],
    ],
    [
      "failed transaction",
      ["begin", "insert 1", "bad", "insert 2", "savepoint a", "begin", "commit", "insert 3"],
      [
        "BEGIN transaction",
        "INSERT transaction",
        "22012 failed",
        "25P02 failed",
        "25P02 failed",
        "25P02 failed",
        "ROLLBACK idle",
        "INSERT idle",
      ],
      ["insert 3"],
    ],
    ["begin twice", ["begin", "begin", "commit"], ["BEGIN transaction", "BEGIN transaction", "COMMIT idle"], []],
    ["nothing to end", ["commit", "rollback"], ["COMMIT idle", "ROLLBACK idle"], []],
    [
      "savepoints",
      [
        "begin",
        "insert 1",
        "savepoint a",
        "insert 2",
        "savepoint b",
        "bad",
        "rollback to savepoint a",
        "insert 3",
        "commit",
      ],
      [
        "BEGIN transaction",
        "INSERT transaction",
        "SAVEPOINT transaction",
        "INSERT transaction",
        "SAVEPOINT transaction",
        "22012 failed",
        "ROLLBACK transaction",
        "INSERT transaction",
        "COMMIT idle",
      ],
      ["insert 1", "insert 3"],
    ],
    [
      "a released savepoint is gone, and its work stays",
      ["begin", 'savepoint "A b"', "insert 1", 'release savepoint "A b"', 'rollback to "A b"', "rollback"],
      [
        "BEGIN transaction",
        "SAVEPOINT transaction",
        "INSERT transaction",
        "RELEASE transaction",
        "3B001 failed",
        "ROLLBACK idle",
      ],
      [],
    ],
    [
      "rolled back to twice, by a name in another case; the younger of two with one name first",
      ["begin", "savepoint s", "insert 1", "savepoint S", "rollback to s", "release s", "rollback work to s", "commit"],
      [
        "BEGIN transaction",
        "SAVEPOINT transaction",
        "INSERT transaction",
        "SAVEPOINT transaction",
        "ROLLBACK transaction",
        "RELEASE transaction",
        "ROLLBACK transaction",
        "COMMIT idle",
      ],
      [],
    ],
    [
      "savepoints outside a transaction",
      ["savepoint a", "release a", "rollback to a"],
      ["25P01 idle", "25P01 idle", "25P01 idle"],
      [],
    ],
    [
      "chained",
      ["begin", "insert 1", "commit and chain", "insert 2", "rollback and chain", "insert 3", "commit"],
      [
        "BEGIN transaction",
        "INSERT transaction",
        "COMMIT transaction",
        "INSERT transaction",
        "ROLLBACK transaction",
        "INSERT transaction",
        "COMMIT idle",
      ],
      ["insert 1", "insert 3"],
    ],
  ])("%s", async (_, statements, answers, lasting) => {
    const { driver, run } = await open();
    const seen: string[] = [];
    for (const sql of statements) seen.push(await run(sql));
    expect(seen).toEqual(answers);
    expect(committed(driver)).toEqual(lasting);
    expect(driver.statements).toEqual(statements);
  });

  it("rolls back when COMMIT fails, as for a deferred constraint", async () => {
    const { driver, run } = await open();
    driver.respond(/^commit/i, new FakeDatabaseError("23503", "violates foreign key constraint"), { times: 1 });
    expect([await run("begin"), await run("insert 1"), await run("commit")]).toEqual([
      "BEGIN transaction",
      "INSERT transaction",
      "23503 idle",
    ]);
    expect(committed(driver)).toEqual([]);
  });

  it("begins in one flush with a statement", async () => {
    const { driver, connection } = await open();
    await connection.query("insert 1", [7], { begin: "begin read only" });
    expect(connection.status).toBe("transaction");
    expect(driver.statements).toEqual(["begin read only", "insert 1"]);
    expect(driver.log.at(-1)).toEqual({
      type: "query",
      connectionId: 1,
      sql: "insert 1",
      params: [7],
      begin: "begin read only",
    });
  });

  it("does not run the statement when its BEGIN fails", async () => {
    const { driver, connection } = await open();
    driver.respond("begin", new FakeDatabaseError("53400", "too much"));
    await expect(connection.query("insert 1", [], { begin: "begin" })).rejects.toMatchObject({ code: "53400" });
    expect([connection.status, driver.statements, committed(driver)]).toEqual(["idle", ["begin"], []]);
  });

  it("leaves the transaction failed when the statement after BEGIN fails", async () => {
    const { connection } = await open();
    await expect(connection.query("bad", [], { begin: "begin" })).rejects.toMatchObject({ code: "22012" });
    expect(connection.status).toBe("failed");
  });

  it.each([
    [false, []],
    [true, ["insert 1"]],
  ])("commits or not when the connection dies during COMMIT (losesAnswer: %s)", async (losesAnswer, lasting) => {
    const { driver, connection } = await open();
    await connection.query("insert 1", [], { begin: "begin" });
    driver.respond("commit", [], { delayMillis: 10 });
    const commit = connection.query("commit");
    connection.kill({ losesAnswer });
    await expect(commit).rejects.toMatchObject({ code: "57P01" });
    expect(committed(driver)).toEqual(lasting);
  });
});

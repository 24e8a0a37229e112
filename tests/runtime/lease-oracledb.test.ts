import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lease } from "../../runtime/src/index.js";
import { FakeOraclePool } from "./fake-oracledb.js";

const alreadyReleased = expect.objectContaining({ code: "ERR_DB_SESSION_ALREADY_RELEASED" });

describe.each([
  ["6.3 and later", true],
  ["before 6.3", false],
])("oracledb %s, a stub", (_, tellsStatus) => {
  let pool: FakeOraclePool;
  beforeEach(() => {
    pool = Object.assign(new FakeOraclePool(), { tellsStatus });
  });
  afterEach(() => {
    expect(pool.connectionsInUse).toBe(0);
  });

  it("rolls back what is open and gives the connection back", async () => {
    {
      await using connection = await lease(pool);
      await connection.execute("lost");
    }
    expect(pool.log).toEqual(["lost", "rollback", "close"]);
    expect(pool.committed).toEqual([]);
    expect(pool.connectionsOpen).toBe(1);
  });

  it("keeps what was committed, and asks no more than it must", async () => {
    {
      await using connection = await lease(pool);
      await connection.execute("kept");
      await connection.commit();
    }
    expect(pool.committed).toEqual(["kept"]);
    expect(pool.log).toEqual(["kept", "commit", ...(tellsStatus ? [] : ["rollback"]), "close"]);
  });

  it("keeps the body's error", async () => {
    const body = async (): Promise<void> => {
      await using connection = await lease(pool);
      await connection.execute("lost");
      await connection.execute("fail");
    };
    await expect(body()).rejects.toThrow("ORA-00942");
    expect(pool.connectionsOpen).toBe(1);
  });

  it("drops a connection that is broken, or whose rollback fails", async () => {
    {
      await using connection = await lease(pool);
      await connection.execute("lost");
      connection.die();
    }
    expect(pool.log).toEqual(["lost", "drop"]);
    {
      await using connection = await lease(pool);
      await connection.execute("lost");
      pool.failRollback = true;
    }
    expect(pool.log.at(-1)).toBe("drop");
    expect(pool.connectionsOpen).toBe(0);
  });

  it("breaks what still runs, by promise or by callback, and drops the connection", async () => {
    let byPromise: Promise<unknown>;
    {
      await using connection = await lease(pool);
      byPromise = expect(connection.execute("sleep")).rejects.toThrow("ORA-01013");
    }
    await byPromise;
    const answers: (Error | null)[] = [];
    {
      await using connection = await lease(pool);
      void connection.execute("first", (error) => void answers.push(error));
      void connection.execute("sleep", (error) => void answers.push(error));
    }
    expect(answers).toEqual([null, expect.objectContaining({ message: expect.stringContaining("ORA-01013") })]);
    expect(pool.log.filter((entry) => entry === "drop")).toHaveLength(2);
  });

  it("does nothing at disposal after a close by hand, and refuses a second one", async () => {
    {
      await using connection = await lease(pool);
      await connection.execute("lost");
      await connection.close();
      await expect(connection.close({ drop: true })).rejects.toThrow(alreadyReleased);
    }
    expect(pool.log).toEqual(["lost", "close"]);
    {
      await using connection = await lease(pool);
      await connection.close({ drop: true });
    }
    expect(pool.connectionsOpen).toBe(0);
  });

  it("disposes once", async () => {
    const connection = await lease(pool);
    await connection.executeMany("lost", [1, 2]);
    await Promise.all([connection[Symbol.asyncDispose](), connection[Symbol.asyncDispose]()]);
    expect(pool.log).toEqual(["lost", "rollback", "close"]);
  });
});

it("refuses what is no connection of oracledb, and gives it back", async () => {
  let closed = 0;
  const close = async (): Promise<void> => void (closed += 1);
  const pool = { connectionsOpen: 1, connectionsInUse: 0, close, getConnection: async () => ({ close }) };
  await expect(lease(pool)).rejects.toThrow(TypeError);
  expect(closed).toBe(1);
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withSession, type AsyncEngineOptions, type EngineEvents } from "../../../runtime/src/index.js";
import { FakeDatabaseError } from "../../../runtime/src/testing/index.js";
import { createBed, type Bed } from "./bed.js";

let bed: Bed;
let told: EngineEvents["uncommitted"][];

function open(options: AsyncEngineOptions = {}): void {
  bed = createBed(options);
  told = [];
  bed.engine.on("uncommitted", (payload) => void told.push(payload));
  bed.driver.respond(/^(insert|update|delete|merge)/i, ({ sql }) => ({
    command: sql.split(" ")[0]!.toUpperCase(),
    rowCount: sql.includes("none") ? 0 : 1,
  }));
  bed.driver.respond(/^(with|select)/i, { command: "SELECT", rowCount: 1 });
}
beforeEach(() => open());
afterEach(() => bed.expectAllReturned());

const WARNING = "a transaction that had written ended without commit() or rollback()";

describe("a scope that is left after a write, without commit()", () => {
  it.each([
    "insert into a values (1)",
    "UPDATE a set b = 1",
    "delete from a",
    "merge into a using b on true when matched then delete",
    "create table a ()",
    "truncate a",
    "with gone as (delete from a returning *) select * from gone",
  ])("is told: %s", async (sql) => {
    {
      await using session = bed.openSession();
      await session.query(sql);
      await session.query("select 1");
    }
    expect(told).toHaveLength(1);
    expect(told[0]!.stack).toBeUndefined();
    expect(bed.log.warn).toEqual([expect.stringContaining(WARNING)]);
    expect(bed.driver.committed).toEqual([]);
  });

  it("is told of withSession and of a connection's transaction, too", async () => {
    await withSession(bed.openSession, (session) => session.query("insert 1"));
    {
      await using connection = await bed.engine.connect();
      await connection.begin();
      await connection.query("insert 1");
    }
    expect(told).toHaveLength(2);
  });

  it("shows who opened the session when leaks are tracked", async () => {
    open({ leakWarningMillis: 60_000 });
    const openHere = () => bed.openSession();
    const session = openHere();
    await session.query("insert 1");
    await session.close();
    expect(told[0]!.stack).toMatch(/^\s+at openHere .*uncommitted\.test\.ts/);
    expect(bed.log.warn[0]).toContain("openHere");
  });
});

it.each<[string, (bed: Bed) => Promise<unknown>]>([
  ["was committed", async ({ openSession }) => openSession.begin((session) => session.query("insert 1"))],
  [
    "was rolled back by hand",
    async ({ openSession }) => {
      await using session = openSession();
      await session.query("insert 1");
      await session.rollback();
    },
  ],
  [
    "only read, or changed no row",
    async ({ openSession }) => {
      await using session = openSession();
      await session.query("select 1");
      await session.query("with a as (select 1) select update from a");
      await session.query("update none");
    },
  ],
  [
    "had a failed statement",
    async ({ openSession, driver }) => {
      driver.respond("select 1/0", new FakeDatabaseError("22012", "division by zero"));
      await using session = openSession();
      await session.query("insert 1");
      await session.query("select 1/0").catch(() => {});
    },
  ],
  [
    "was left by an error",
    async ({ openSession }) => {
      const failing = withSession(openSession, async (session) => {
        await session.query("insert 1");
        throw new Error("from the work");
      });
      await failing.catch(() => {});
      await openSession
        .begin(async (session) => {
          await session.query("insert 1");
          throw new Error("from the work");
        })
        .catch(() => {});
    },
  ],
  [
    "wrote in a savepoint that was rolled back",
    async ({ openSession }) => {
      await using session = openSession();
      await using _ = await session.beginNested();
      await session.query("insert 1");
    },
  ],
  [
    "lost its connection, or was invalidated",
    async ({ openSession, connection }) => {
      await using session = openSession();
      await session.query("insert 1");
      connection().kill();
      const other = openSession();
      await other.query("insert 1");
      await other.invalidate();
    },
  ],
  [
    "ran in autocommit",
    async ({ engine }) => void (await (await engine.connect()).query("insert 1").then(() => engine.reset())),
  ],
])("nothing is told of one that %s", async (_, use) => {
  await use(bed);
  await bed.engine.dispose({ drainMillis: 0 });
  expect(told).toEqual([]);
  expect(bed.log.warn).toEqual([]);
});

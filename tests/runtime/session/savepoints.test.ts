import { afterEach, beforeEach, expect, it } from "vitest";
import type { AsyncSession } from "../../../runtime/src/index.js";
import { FakeDatabaseError, type FakeClient } from "../../../runtime/src/testing/index.js";
import { coded, createBed, type Bed } from "./bed.js";

let bed: Bed;
let session: AsyncSession;
beforeEach(() => {
  bed = createBed();
  session = bed.openSession();
});
afterEach(async () => {
  await session.close();
  await bed.expectAllReturned();
});

const committed = (): string[] => bed.driver.committed.map(({ sql }) => sql);
const boom = new Error("from the work");

it("begins the transaction, too, in one flush", async () => {
  await session.beginNested(() => session.query("insert 1"));
  await session.commit();
  expect(bed.driver.statements).toEqual([
    "begin",
    "savepoint db_session_1",
    "insert 1",
    "release savepoint db_session_1",
    "commit",
  ]);
  expect(bed.driver.log.find(({ type }) => type === "query")).toMatchObject({
    begin: "begin",
    sql: "savepoint db_session_1",
  });
});

it("rolls a failed block back to its savepoint, and the outer transaction goes on", async () => {
  bed.driver.respond("select 1/0", new FakeDatabaseError("22012", "division by zero"));
  await session.begin(async () => {
    await session.query("insert outer");
    const failing = session.beginNested(async () => {
      await session.query("insert inner");
      await session.query("select 1/0");
    });
    await expect(failing).rejects.toMatchObject({ code: "22012" });
    const other = session.beginNested(async () => {
      await session.query("insert inner");
      throw boom;
    });
    await expect(other).rejects.toBe(boom);
    expect(session.inTransaction()).toBe(true);
    expect(await session.beginNested(async () => (await session.query("insert kept")).command)).toBe("INSERT");
  });
  expect(committed()).toEqual(["insert outer", "insert kept"]);
});

it("is a handle without work, which rolls back at the end of its scope", async () => {
  {
    await using nested = await session.beginNested();
    await session.query("insert kept");
    await nested.commit();
    await expect(nested.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
    await expect(nested.rollback()).rejects.toEqual(coded("TRANSACTION_STATE"));
  }
  {
    await using _ = await session.beginNested();
    await session.query("insert lost");
  }
  const nested = await session.beginNested();
  await session.query("insert lost");
  await nested.rollback();
  await nested.rollback();
  await expect(nested.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
  await session.commit();
  expect(committed()).toEqual(["insert kept"]);
});

it("ends with the one around it", async () => {
  const outer = await session.beginNested();
  const inner = await session.beginNested();
  await session.query("insert 1");
  await outer.commit();
  await expect(inner.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
  const second = await session.beginNested();
  const within = await session.beginNested();
  await session.query("insert 2");
  await second.rollback();
  await within.rollback();
  await expect(within.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
  await session.commit();
  expect(committed()).toEqual(["insert 1"]);
});

it("is released by the session's commit and undone by its rollback", async () => {
  const first = await session.beginNested();
  await session.query("insert 1");
  await session.commit();
  await expect(first.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
  const second = await session.beginNested();
  await session.query("insert 2");
  await session.rollback();
  await expect(second.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
  await second.rollback();
  // A savepoint of another transaction with the same depth is not mistaken for it.
  const third = await session.beginNested();
  await expect(second.commit()).rejects.toEqual(coded("TRANSACTION_STATE"));
  await third.commit();
  await session.commit();
  expect(committed()).toEqual(["insert 1"]);
});

it("block refuses statements after the session ended the transaction in it, and leaving it is fine", async () => {
  await session.begin(async () => {
    await session.beginNested(async () => {
      await session.query("insert 1");
      await session.commit();
      await expect(session.query("insert 2")).rejects.toEqual(coded("TRANSACTION_STATE"));
    });
    await expect(session.query("insert 3")).rejects.toEqual(coded("TRANSACTION_STATE"));
  });
  expect(committed()).toEqual(["insert 1"]);
});

it("waits for the statement under way in a block that fails", async () => {
  bed.driver.respond("insert slow", [], { delayMillis: 50 });
  await session.query("insert outer");
  const failing = session.beginNested(() => Promise.all([session.query("insert slow"), session.query("insert 2")]));
  const failed = expect(failing).rejects.toEqual(coded("CONCURRENT_USE"));
  await bed.clock.advance(50);
  await failed;
  await session.commit();
  expect(committed()).toEqual(["insert outer"]);
});

it("that cannot be rolled back to fails the whole transaction, whose end says so", async () => {
  const error = new FakeDatabaseError("XX000", "no");
  bed.driver.respond(/^rollback to/, error);
  const whole = session.begin(async () => {
    await session.query("insert outer");
    await session.beginNested(() => Promise.reject(boom)).catch(() => {});
  });
  await expect(whole).rejects.toEqual(coded("TRANSACTION_STATE", { cause: error }));
  expect(committed()).toEqual([]);
});

it.each(["block", "handle"])(
  "that is left while a statement hangs in it takes the whole transaction along: %s",
  async (form) => {
    bed.hang("insert slow");
    let slow: Promise<unknown> | undefined;
    const hang = (): void => {
      slow = session.query("insert slow");
      slow.catch(() => {});
    };
    const whole = session.begin(async () => {
      await session.query("insert outer");
      if (form === "block") {
        await session
          .beginNested(() => {
            hang();
            return Promise.reject(boom);
          })
          .catch(() => {});
      } else {
        await using _ = await session.beginNested();
        hang();
      }
    });
    const refused = expect(whole).rejects.toEqual(coded("TRANSACTION_STATE"));
    await bed.clock.runAll();
    await refused;
    await expect(slow).rejects.toThrow();
    expect(committed()).toEqual([]);
  },
);

it("that is left while a query of connection() runs takes the whole transaction along", async () => {
  bed.hang("insert slow");
  const whole = session.begin(async () => {
    const client = await session.connection<FakeClient>();
    const failing = session.beginNested(() => {
      client.query("insert slow").catch(() => {});
      return Promise.reject(boom);
    });
    await failing.catch(() => {});
  });
  await expect(whole).rejects.toEqual(coded("TRANSACTION_STATE"));
  expect(committed()).toEqual([]);
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withSession, type AsyncSession } from "../../../runtime/src/index.js";
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

describe("session.begin(work)", () => {
  it("commits when the work resolves, with its result, and keeps the session open", async () => {
    expect(await session.begin(async (same) => [same === session, await same.query("insert 1")].length)).toBe(2);
    expect(committed()).toEqual(["insert 1"]);
    await session.query("select 1");
  });

  it("rolls back when it rejects or throws, and the error is the work's", async () => {
    const rejecting = session.begin(async () => {
      await session.query("insert 1");
      throw boom;
    });
    await expect(rejecting).rejects.toBe(boom);
    expect(session.inTransaction()).toBe(false);
    const throwing = session.begin(() => {
      throw boom;
    });
    await expect(throwing).rejects.toBe(boom);
    expect(bed.driver.statements).toEqual(["begin", "insert 1", "rollback"]);
    await session.query("select 1");
  });

  it("is not undone by what is thrown after it", async () => {
    await expect(session.begin(() => session.query("insert 1")).then(() => Promise.reject(boom))).rejects.toBe(boom);
    expect(committed()).toEqual(["insert 1"]);
  });

  it("costs nothing when no statement ran in it", async () => {
    await session.begin(() => Promise.resolve());
    await session.begin(() => Promise.reject(boom)).catch(() => {});
    expect(bed.driver.log).toEqual([]);
  });

  it("keeps the work's error when the rollback fails", async () => {
    bed.driver.respond("rollback", new FakeDatabaseError("XX000", "no"));
    const failing = session.begin(async () => {
      await session.query("select 1");
      throw boom;
    });
    await expect(failing).rejects.toBe(boom);
    bed.driver.forgetResponses();
    await session.query("select 1");
  });

  it("throws the error of a COMMIT that is refused, and has ended", async () => {
    const error = new FakeDatabaseError("23503", "deferred");
    bed.driver.respond("commit", error, { times: 1 });
    await expect(session.begin(() => session.query("insert 1"))).rejects.toBe(error);
    expect(session.inTransaction()).toBe(false);
    expect(bed.engine.pool.status().inUse).toBe(0);
  });

  it.each(["commit", "rollback", "reset"] as const)(
    "may be ended early by %s(), and refuses statements after it until it ends",
    async (call) => {
      await session.begin(async () => {
        await session.query("insert 1");
        await session[call]();
        for (const use of [
          () => session.query("insert 2"),
          () => session.begin(),
          () => session.beginNested(),
          () => session.connection(),
        ]) {
          await expect(use()).rejects.toEqual(
            coded("TRANSACTION_STATE", { message: expect.stringContaining(`after ${call}() in a begin block`) }),
          );
        }
        await session.rollback();
      });
      expect(committed()).toEqual(call === "commit" ? ["insert 1"] : []);
      await session.query("select 1");
    },
  );

  it("names the first error in it, when the statements after it are refused", async () => {
    const error = new FakeDatabaseError("23505", "twice");
    bed.driver.respond("insert 1", error);
    await session.begin(async () => {
      await session.query("insert 1").catch(() => {});
      await session.rollback();
      await expect(session.query("insert 2")).rejects.toEqual(
        coded("TRANSACTION_STATE", { message: expect.stringContaining('the error "twice"'), cause: error }),
      );
    });
  });

  it("fails at its end, and keeps nothing, when the work swallowed an error or closed the session", async () => {
    const error = new FakeDatabaseError("22012", "division by zero");
    bed.driver.respond("select 1/0", error);
    const swallowing = session.begin(async () => {
      await session.query("insert 1");
      await session.query("select 1/0").catch(() => {});
    });
    await expect(swallowing).rejects.toEqual(coded("TRANSACTION_STATE", { cause: error }));
    const closing = session.begin(async () => {
      await session.query("insert 1");
      await session.close();
    });
    await expect(closing).rejects.toEqual(coded("CLOSED"));
    expect(committed()).toEqual([]);
  });

  it("rolls back although a statement of the work is under way: it is cut off", async () => {
    bed.hang("select slow");
    let slow: Promise<unknown> | undefined;
    const failing = session.begin(async () => {
      slow = session.query("select slow");
      slow.catch(() => {});
      await bed.clock.settle();
      throw boom;
    });
    await expect(failing).rejects.toBe(boom);
    await expect(slow).rejects.toBe(boom);
    expect(session.inTransaction()).toBe(false);
    await session.query("select 1");
  });

  it("rolls back when calls in it overlap, as with Promise.all", async () => {
    const overlapping = session.begin(() => Promise.all([session.query("insert 1"), session.query("insert 2")]));
    await expect(overlapping).rejects.toEqual(coded("CONCURRENT_USE"));
    expect(committed()).toEqual([]);
    await session.begin(() => session.query("insert 3"));
    expect(committed()).toEqual(["insert 3"]);
  });

  it("rolls back although a query of connection() is under way, and the session goes on", async () => {
    bed.hang("insert slow");
    const failing = session.begin(async () => {
      const client = await session.connection<FakeClient>();
      client.query("insert slow").catch(() => {});
      throw boom;
    });
    await expect(failing).rejects.toBe(boom);
    expect(session.inTransaction()).toBe(false);
    await session.begin(() => session.query("insert 1"));
    expect(committed()).toEqual(["insert 1"]);
  });

  it("refuses to commit while a statement that nobody awaited runs", async () => {
    bed.hang("insert slow");
    const forgetful = session.begin(() => {
      session.query("insert slow").catch(() => {});
      return Promise.resolve();
    });
    await expect(forgetful).rejects.toEqual(coded("CONCURRENT_USE"));
    expect(committed()).toEqual([]);
  });
});

describe("openSession.begin(work) and withSession", () => {
  it("commit or roll back, and close", async () => {
    let seen: AsyncSession | undefined;
    await bed.openSession.begin((opened) => {
      seen = opened;
      return opened.query("insert 1");
    });
    await expect(seen!.query("select 1")).rejects.toEqual(coded("CLOSED"));
    const failing = bed.openSession.begin(async (opened) => {
      seen = opened;
      await opened.query("insert 2");
      throw boom;
    });
    await expect(failing).rejects.toBe(boom);
    await expect(seen!.query("select 1")).rejects.toEqual(coded("CLOSED"));
    expect(committed()).toEqual(["insert 1"]);
  });

  it("close also when the commit fails", async () => {
    const error = new FakeDatabaseError("23503", "deferred");
    bed.driver.respond("commit", error, { times: 1 });
    let seen: AsyncSession | undefined;
    const failing = bed.openSession.begin((opened) => {
      seen = opened;
      return opened.query("insert 1");
    });
    await expect(failing).rejects.toBe(error);
    await expect(seen!.query("select 1")).rejects.toEqual(coded("CLOSED"));
  });

  it("withSession keeps what was committed in it and no more", async () => {
    const result = await withSession(bed.openSession, async (opened) => {
      await opened.query("insert 1");
      await opened.commit();
      await opened.query("insert 2");
      return 7;
    });
    expect(result).toBe(7);
    await expect(withSession(bed.openSession, () => Promise.reject(boom))).rejects.toBe(boom);
    expect(committed()).toEqual(["insert 1"]);
  });

  it("end a generator's session when its consumer leaves early, throws, or comes to the end", async () => {
    async function* getSession(): AsyncGenerator<AsyncSession> {
      await using opened = bed.openSession();
      yield opened;
    }
    for await (const opened of getSession()) {
      await opened.query("insert 1");
      break;
    }
    const throwing = (async () => {
      for await (const opened of getSession()) {
        await opened.query("insert 2");
        throw boom;
      }
    })();
    await expect(throwing).rejects.toBe(boom);
    for await (const opened of getSession()) await opened.query("insert 3");
    expect(bed.engine.pool.status().inUse).toBe(0);
    expect(committed()).toEqual([]);
  });
});

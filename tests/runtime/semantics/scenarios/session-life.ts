import { expect } from "vitest";
import { withSession, type AsyncSession } from "../../../../runtime/src/index.js";
import { coded, counts } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";
import type { Database } from "../support/world.js";

const { scenario } = scenariosOf(import.meta.url);

const INSERT = "insert into semantics_items (item) values ($1)";
const oneIdle = { idle: 1, inUse: 0, waiting: 0 };
const insert = (session: AsyncSession, item: string): Promise<unknown> => session.query(INSERT, [item]);

scenario("S1 nothing is checked out before the first statement", async (world) => {
  const database = world.database();
  const session = database.openSession();
  await session.begin();
  expect(session.inTransaction()).toBe(true);
  await session.commit();
  await session.begin();
  await session.rollback();
  await session.commit();
  await session.rollback();
  await session.begin(() => Promise.resolve());
  await session.close();
  await database.openSession().close();
  expect(database.driver.attempts).toBe(0);
  expect(database.take()).toEqual([]);
});

scenario(
  "S2 the first statement begins, commit ends, the next begins again; also after rollback and reset",
  async (world) => {
    const database = world.database();
    await using session = database.openSession();
    for (const end of ["commit", "rollback", "reset"] as const) {
      expect(session.inTransaction()).toBe(false);
      await session.query("select 1");
      expect(session.inTransaction()).toBe(true);
      await session.query("select 2");
      expect(database.status.inUse).toBe(1);
      await session[end]();
      expect(database.status.inUse).toBe(0);
      expect(database.take()).toEqual([
        "BEGIN",
        "SQL select 1",
        "SQL select 2",
        end === "commit" ? "COMMIT" : "ROLLBACK",
      ]);
    }
  },
);

scenario("S4 leaving the scope without a commit rolls back, with an error or without", async (world) => {
  const database = world.database();
  const boom = new Error("boom");
  await withSession(database.openSession, (session) => insert(session, "forgotten"));
  await expect(
    withSession(database.openSession, async (session) => {
      await insert(session, "failed");
      throw boom;
    }),
  ).rejects.toBe(boom);
  const inScope = async (): Promise<void> => {
    await using session = database.openSession();
    await insert(session, "forgotten");
  };
  await inScope();
  expect(database.take()).toEqual(Array.from({ length: 3 }, () => ["BEGIN", `SQL ${INSERT}`, "ROLLBACK"]).flat());
  expect(await database.items()).toEqual([]);
  expect(counts(database.status)).toEqual(oneIdle);
});

scenario("S5 begin(work) commits, or rolls back on an error; what fails after it leaves the commit", async (world) => {
  const database = world.database();
  const boom = new Error("boom");
  await expect(
    withSession(database.openSession, async (session) => {
      await session.begin(() => insert(session, "kept"));
      await expect(
        session.begin(async () => {
          await insert(session, "lost");
          throw boom;
        }),
      ).rejects.toBe(boom);
      await session.begin(() => insert(session, "kept, too"));
      throw boom;
    }),
  ).rejects.toBe(boom);
  expect(await database.items()).toEqual(["kept", "kept, too"]);
  expect(counts(database.status)).toEqual(oneIdle);
});

scenario("S6 D8 the sessionmaker's begin(work) does the same and closes the session, whatever fails", async (world) => {
  const database = world.database();
  const boom = new Error("boom");
  const used: AsyncSession[] = [];
  const run = (work: (session: AsyncSession) => Promise<unknown>): Promise<unknown> =>
    database.openSession.begin((session) => {
      used.push(session);
      return work(session);
    });
  expect(await run(async (session) => insert(session, "kept").then(() => 7))).toBe(7);
  await expect(run((session) => insert(session, "lost").then(() => Promise.reject(boom)))).rejects.toBe(boom);
  await expect(run((session) => session.query("insert into semantics_unique values (1), (1)"))).rejects.toMatchObject({
    code: "23505",
  });
  for (const session of used) await expect(session.query("select 1")).rejects.toMatchObject(coded("CLOSED"));
  expect(await database.items()).toEqual(["kept"]);
  expect(counts(database.status)).toEqual(oneIdle);
});

scenario("S13 closing twice and rolling back nothing do nothing", async (world) => {
  const database = world.database();
  const session = database.openSession();
  await session.rollback();
  await session.query("select 1");
  await session.rollback();
  await session.rollback();
  await session.close();
  await session.close();
  await Promise.all([session.close(), session[Symbol.asyncDispose]()]);
  expect(database.take()).toEqual(["BEGIN", "SQL select 1", "ROLLBACK"]);
  expect(counts(database.status)).toEqual(oneIdle);
});

scenario("S14 a closed session is of no use any more; a reset one is", async (world) => {
  const database = world.database();
  const session = database.openSession();
  await session.query("select 1");
  await session.reset();
  await session.query("select 1");
  await session.close();
  for (const use of [
    () => session.query("select 1"),
    () => session.begin(),
    () => session.commit(),
    () => session.beginNested(),
    () => session.connection(),
  ]) {
    await expect(use()).rejects.toMatchObject(coded("CLOSED"));
  }
  expect(counts(database.status)).toEqual(oneIdle);
});

scenario("S16 invalidate() closes the connection and ends the transaction", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const session = database.openSession();
  await insert(session, "lost");
  await session.invalidate();
  expect(session.inTransaction()).toBe(false);
  await world.until(async () => (await database.serverConnections()) === 0);
  await session.close();
  expect(await database.items()).toEqual([]);
  expect(database.status).toMatchObject({ idle: 0, inUse: 0 });
  await world.finish(database.engine.query("select 1"));
});

scenario("S17 an abort in the body, idle or in a statement, ends with nothing in use", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const reason = new Error("aborted");
  const body = async (sql: string | undefined, signal: AbortSignal): Promise<void> => {
    await using session = database.openSession();
    await insert(session, "lost");
    if (sql) await session.query(sql, [], { signal });
    await world.sleep(100);
    signal.throwIfAborted();
  };
  for (const sql of [undefined, "select pg_sleep(30)"]) {
    const controller = new AbortController();
    const running = body(sql, controller.signal).catch((error: unknown) => error);
    await world.sleep(20);
    controller.abort(reason);
    await world.sleep(100);
    expect(await running).toBe(reason);
    await world.until(() => database.status.closing === 0);
    expect(database.status.inUse).toBe(0);
  }
  await world.finish(database.engine.query("select 1"));
  expect(await database.items()).toEqual([]);
});

scenario("S24 a generator gives its connection back on a normal end, a throw and an early return", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  async function* getSession({ openSession }: Database): AsyncGenerator<AsyncSession> {
    await using session = openSession();
    yield session;
  }
  const boom = new Error("boom");
  const use = async (leave: "end" | "throw" | "break"): Promise<void> => {
    for await (const session of getSession(database)) {
      await insert(session, "lost");
      if (leave === "throw") throw boom;
      if (leave === "break") break;
    }
  };
  await use("end");
  await expect(use("throw")).rejects.toBe(boom);
  await use("break");
  expect(database.take()).toEqual(Array.from({ length: 3 }, () => ["BEGIN", `SQL ${INSERT}`, "ROLLBACK"]).flat());
  expect(await database.items()).toEqual([]);
  expect(counts(database.status)).toEqual(oneIdle);
});

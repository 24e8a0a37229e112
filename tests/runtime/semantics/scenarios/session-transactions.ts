import { expect } from "vitest";
import type { AsyncSession } from "../../../../runtime/src/index.js";
import { coded, counts, sqlState } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";

const { scenario } = scenariosOf(import.meta.url);

const oneIdle = { idle: 1, inUse: 0, waiting: 0 };
const insert = (session: AsyncSession, item: string): Promise<unknown> =>
  session.query("insert into semantics_items (item) values ($1)", [item]);

scenario("S7 a second begin is refused, also after a statement has begun", async (world) => {
  const database = world.database();
  await using session = database.openSession();
  await session.begin();
  await expect(session.begin()).rejects.toMatchObject(coded("TRANSACTION_STATE"));
  await session.rollback();
  await insert(session, "kept");
  await expect(session.begin()).rejects.toMatchObject(coded("TRANSACTION_STATE"));
  await expect(session.begin(() => Promise.resolve())).rejects.toMatchObject(coded("TRANSACTION_STATE"));
  await session.commit();
  expect(await database.items()).toEqual(["kept"]);
});

for (const end of ["commit", "rollback"] as const) {
  scenario(`S8 after ${end}() inside begin(work), statements are refused until the work ends`, async (world) => {
    const database = world.database();
    await using session = database.openSession();
    await session.begin(async () => {
      await insert(session, "first");
      await session[end]();
      await expect(insert(session, "late")).rejects.toMatchObject(coded("TRANSACTION_STATE"));
      await expect(session.beginNested()).rejects.toMatchObject(coded("TRANSACTION_STATE"));
    });
    expect(await database.items()).toEqual(end === "commit" ? ["first"] : []);
    await insert(session, "next");
    await session.commit();
    expect(await database.items()).toContain("next");
  });
}

scenario("S8 the refusal names the error that ended the transaction", async (world) => {
  const database = world.database();
  await using session = database.openSession();
  await session.begin(async () => {
    await session.query("insert into semantics_unique values (1), (1)");
    const first = await session.commit().catch((error: unknown) => error);
    expect(first).toMatchObject(sqlState("23505"));
    await expect(session.query("select 1")).rejects.toMatchObject({ ...coded("TRANSACTION_STATE"), cause: first });
  });
});

scenario("S9 begin(work) may end in a commit() or rollback() of its own", async (world) => {
  const database = world.database();
  await using session = database.openSession();
  await session.begin(async () => {
    await insert(session, "kept");
    await session.commit();
  });
  await session.begin(async () => {
    await insert(session, "lost");
    await session.rollback();
  });
  expect(await database.items()).toEqual(["kept"]);
  expect(database.take().filter((line) => /COMMIT|ROLLBACK/.test(line))).toEqual(["COMMIT", "ROLLBACK"]);
  expect(counts(database.status)).toEqual(oneIdle);
});

scenario("S10 a savepoint that fails is rolled back, and the transaction goes on", async (world) => {
  const database = world.database();
  await using session = database.openSession();
  await insert(session, "first");
  await expect(
    session.beginNested(async () => {
      await insert(session, "lost");
      await session.query("select 1/0");
    }),
  ).rejects.toMatchObject(sqlState("22012"));
  await session.beginNested(() => insert(session, "nested"));
  const nested = await session.beginNested();
  await insert(session, "lost, too");
  await nested.rollback();
  await insert(session, "last");
  await session.commit();
  expect(await database.items()).toEqual(["first", "nested", "last"]);
});

scenario("S11 rollback() ends all levels", async (world) => {
  const database = world.database();
  await using session = database.openSession();
  await insert(session, "lost");
  const outer = await session.beginNested();
  await insert(session, "lost");
  const inner = await session.beginNested();
  await session.rollback();
  expect(session.inTransaction()).toBe(false);
  expect(counts(database.status)).toEqual(oneIdle);
  await inner[Symbol.asyncDispose]();
  await outer[Symbol.asyncDispose]();
  await expect(inner.commit()).rejects.toMatchObject(coded("TRANSACTION_STATE"));
  expect(await database.items()).toEqual([]);
});

scenario("S12 commit() with open savepoints keeps what was done in them", async (world) => {
  const database = world.database();
  await using session = database.openSession();
  await insert(session, "outer");
  const nested = await session.beginNested();
  await insert(session, "nested");
  await session.beginNested();
  await session.commit();
  expect(await database.items()).toEqual(["outer", "nested"]);
  expect(session.inTransaction()).toBe(false);
  await nested[Symbol.asyncDispose]();
});

scenario("S19 inTransaction() follows begin, savepoint, rollback and commit", async (world) => {
  const database = world.database();
  await using session = database.openSession();
  expect(session.inTransaction()).toBe(false);
  await session.begin();
  expect(session.inTransaction()).toBe(true);
  await session.commit();
  expect(session.inTransaction()).toBe(false);
  const nested = await session.beginNested();
  expect(session.inTransaction()).toBe(true);
  await nested.rollback();
  expect(session.inTransaction()).toBe(true);
  await session.rollback();
  expect(session.inTransaction()).toBe(false);
  await session.query("select 1/0").catch(() => {});
  expect(session.inTransaction()).toBe(true);
  await session.commit().catch(() => {});
  expect(session.inTransaction()).toBe(false);
});

scenario("S20 a rollback that fails ends the transaction and frees the session", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  await using session = database.openSession();
  await insert(session, "lost");
  database.driver.failure = {
    on: /^rollback/i,
    error: Object.assign(new Error("cannot roll back"), { code: "XX000" }),
  };
  await session.rollback().catch(() => {});
  database.driver.failure = undefined;
  expect(session.inTransaction()).toBe(false);
  expect(database.status.inUse).toBe(0);
  await world.finish(insert(session, "kept").then(() => session.commit()));
  expect(await database.items()).toEqual(["kept"]);
});

scenario("D9 a commit that fails gives its connection back", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  await using session = database.openSession();
  await session.query("insert into semantics_unique values (1), (1)");
  await expect(session.commit()).rejects.toMatchObject(sqlState("23505"));
  expect(counts(database.status)).toEqual(oneIdle);
  expect(session.inTransaction()).toBe(false);
  await insert(session, "kept");
  await session.commit();
  expect(await database.items()).toEqual(["kept"]);
});

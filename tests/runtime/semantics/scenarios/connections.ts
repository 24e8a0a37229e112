import { expect } from "vitest";
import { coded, counts, sqlState } from "../support/expectations.js";
import { scenariosOf } from "../support/scenario.js";

const { scenario } = scenariosOf(import.meta.url);

const INSERT = "insert into semantics_items (item) values ($1)";
const oneIdle = { idle: 1, inUse: 0, waiting: 0 };

scenario("P44 a connection in a scope comes back when the block ends, and when it throws", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  {
    await using connection = await database.engine.connect();
    await connection.query("select 1");
  }
  expect(counts(database.status)).toEqual(oneIdle);
  const boom = new Error("boom");
  const failing = async (): Promise<void> => {
    await using connection = await database.engine.connect();
    await connection.begin();
    throw boom;
  };
  await expect(failing()).rejects.toBe(boom);
  expect(counts(database.status)).toEqual(oneIdle);
});

scenario(
  "C1 an aborted statement closes its connection, also on the server, and the place is usable",
  async (world) => {
    const database = world.database({ poolSize: 2, maxOverflow: 0 });
    const other = await database.engine.connect();
    const connection = await database.engine.connect();
    const controller = new AbortController();
    const reason = new Error("enough");
    const running = world.outcome(connection.query("select pg_sleep(30)", [], { signal: controller.signal }));
    await world.sleep(20);
    controller.abort(reason);
    const { error, millis } = await running;
    expect(error).toBe(reason);
    expect(millis).toBeLessThan(5_000);
    await connection.close();
    await world.until(async () => database.status.closing === 0 && (await database.serverConnections()) === 1);
    expect(await database.numberOf(other)).toBe(0);
    await using next = await database.engine.connect();
    expect(await database.numberOf(next)).toBe(2);
    await other.close();
  },
);

scenario("C3 after an invalidation the handle reconnects, in a transaction only after its rollback", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const connection = await database.engine.connect();
  await connection.invalidate();
  expect(await world.finish(database.numberOf(connection))).toBe(1);
  await connection.begin();
  await connection.query(INSERT, ["lost"]);
  await connection.invalidate();
  await expect(connection.query("select 1")).rejects.toMatchObject(coded("TRANSACTION_STATE"));
  await expect(connection.commit()).rejects.toMatchObject(coded("TRANSACTION_STATE"));
  await connection.rollback();
  expect(await world.finish(database.numberOf(connection))).toBe(2);
  await connection.close();
  await expect(connection.query("select 1")).rejects.toMatchObject(coded("CLOSED"));
  expect(counts(database.status)).toEqual(oneIdle);
  expect(await database.items()).toEqual([]);
});

scenario("C4 begin(work) commits, rolls back on an error, and rolls back a commit that fails", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const value = await database.engine.begin(async (connection) => {
    await connection.query(INSERT, ["kept"]);
    return 7;
  });
  expect(value).toBe(7);
  const boom = new Error("boom");
  await expect(
    database.engine.begin(async (connection) => {
      await connection.query(INSERT, ["lost"]);
      throw boom;
    }),
  ).rejects.toBe(boom);
  await expect(
    database.engine.begin(async (connection) => {
      await connection.query(INSERT, ["lost, too"]);
      await connection.query("insert into semantics_unique values (1), (1)");
    }),
  ).rejects.toMatchObject(sqlState("23505"));
  expect(await database.items()).toEqual(["kept"]);
  expect(counts(database.status)).toEqual(oneIdle);
  await using next = await database.engine.connect();
  expect(next.inTransaction()).toBe(false);
});

scenario("C5 a BEGIN that fails gives its connection back", async (world) => {
  const database = world.database({ poolSize: 1, maxOverflow: 0 });
  const error = Object.assign(new Error("cannot begin"), { code: "XX000" });
  database.driver.failure = { on: /^begin/i, error };
  await expect(database.engine.begin((connection) => connection.query("select 1"))).rejects.toBe(error);
  const session = database.openSession();
  await expect(session.query("select 1")).rejects.toBe(error);
  await world.until(() => database.status.inUse === 0);
  await session.close();
  database.driver.failure = undefined;
  await world.finish(database.engine.begin((connection) => connection.query("select 1")));
  expect(counts(database.status)).toEqual(oneIdle);
});

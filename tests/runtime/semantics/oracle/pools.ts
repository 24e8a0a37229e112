import { AssertionPool, createAsyncEngine, NullPool, StaticPool } from "../../../../runtime/src/index.js";
import type { AsyncEngineOptions } from "../../../../runtime/src/index.js";
import { collectUntil, warningsDuring } from "../support/garbage.js";
import type { Database } from "../support/world.js";
import { backendsOf, logOf, refused, statusOf, traced, valueOf, type Replay } from "./support.js";
import { asError, asResult, asStatus, type Json } from "./translation.js";

const sizes: Record<string, AsyncEngineOptions> = {
  "{}": {},
  "{'pool_size': 2, 'max_overflow': -1}": { poolSize: 2, maxOverflow: Infinity },
  "{'pool_size': 0}": { poolSize: Infinity },
  "{'pool_size': 0, 'max_overflow': 2}": { poolSize: Infinity, maxOverflow: 2 },
  "{'pool_size': 3, 'max_overflow': 0}": { poolSize: 3, maxOverflow: 0 },
};

async function openThree({ engine }: Database): Promise<void> {
  const held = await Promise.all([engine.connect(), engine.connect(), engine.connect()]);
  for (const connection of held) await connection.close();
}

async function visit(database: Database): Promise<number> {
  await using connection = await database.engine.connect();
  return await database.numberOf(connection);
}

function refusal(options: object): string {
  try {
    createAsyncEngine("postgresql://nowhere", options);
    return "ok";
  } catch (error) {
    return asError(error);
  }
}

async function abandon({ engine }: Database): Promise<void> {
  const connection = await engine.connect();
  await connection.begin();
  await connection.query("select 1");
}

export const pools: Record<string, Replay> = {
  async sizes(world) {
    const record: Record<string, Json> = {};
    for (const [name, options] of Object.entries(sizes)) {
      const database = world.database({ ...options, poolTimeoutMillis: world.scaled(200) });
      const { poolSize = 5, maxOverflow = 10 } = options;
      const n = Math.min(poolSize + maxOverflow, name === "{}" ? 15 : 6);
      const held = await Promise.all(Array.from({ length: n }, () => database.engine.connect()));
      const allOut = asStatus(database.status);
      const { value, error } = await world.outcome(database.engine.connect());
      for (const connection of value ? [value, ...held] : held) await connection.close();
      const allIn = await statusOf(world, database);
      record[name] = {
        n,
        all_out: allOut,
        one_more: value ? "ok" : asError(error),
        all_in: allIn,
        backends_idle: await backendsOf(world, database),
      };
    }
    return record;
  },

  async fifo_lifo(world) {
    const inOrder = world.database({ poolSize: 3 });
    await openThree(inOrder);
    const fifo = [await visit(inOrder), await visit(inOrder), await visit(inOrder), await visit(inOrder)];
    const lastFirst = world.database({ poolSize: 3, poolUseLifo: true });
    await openThree(lastFirst);
    const lifo = [await visit(lastFirst), await visit(lastFirst), await visit(lastFirst), await visit(lastFirst)];
    return { fifo, lifo };
  },

  async connect_refused(world) {
    const database = world.database({ poolSize: 1, maxOverflow: 0 });
    const noDatabase = Object.assign(new Error('database "nope" does not exist'), { code: "3D000" });
    database.driver.plans.push({ error: refused() }, { error: refused() }, { error: noDatabase });
    const record: Record<string, Json> = {};
    for (const attempt of ["try0", "try1", "bad_db"]) {
      const { error } = await world.outcome(database.engine.connect());
      record[attempt] = [asError(error), await statusOf(world, database)];
    }
    return record;
  },

  async other_pools(world) {
    const none = traced(world, { poolClass: NullPool });
    const connection = await none.engine.connect();
    await connection.begin();
    await connection.query("select 1");
    await connection.close();
    const log = await logOf(world, none);

    const shared = world.database({ poolClass: StaticPool });
    const pair = await Promise.all([shared.engine.connect(), shared.engine.connect()]);
    const numbers = [await shared.numberOf(pair[0]), await shared.numberOf(pair[1])];
    for (const each of pair) await each.close();

    const single = world.database({ poolClass: AssertionPool });
    const held = await single.engine.connect();
    const { error } = await world.outcome(single.engine.connect());
    await held.close();

    return {
      NullPool: [log, NullPool.name],
      StaticPool_shared: numbers[0] === numbers[1],
      AssertionPool: /checked out/i.test((error as Error).message) ? "AssertionError" : asError(error),
      QueuePool_on_async: refusal({ poolClass: { name: "SingletonThreadPool" } }),
      unknown_arg: refusal({ pool_siz: 3 }),
      NullPool_with_pool_size: refusal({ poolClass: NullPool, poolSize: 3 }),
    };
  },

  async detach_and_invalidate(world) {
    const database = traced(world, { poolSize: 1, maxOverflow: 0 });
    const { engine } = database;
    const detached = await engine.connect();
    detached.detach();
    const detach = [await logOf(world, database), await statusOf(world, database)];
    const another = await engine.connect();
    const anotherFits = await statusOf(world, database);
    await another.close();
    await detached.close();
    await world.until(() => database.driver.openConnections === 1);
    const closeDetached = await logOf(world, database);

    const connection = await engine.connect();
    await connection.invalidate();
    const invalidate = [
      await logOf(world, database),
      await statusOf(world, database),
      !database.driver.connections.at(-1)!.isOpen,
    ];
    await connection.begin();
    await world.finish(connection.query("select 1"));
    const reconnects = [await logOf(world, database), await statusOf(world, database)];
    await connection.invalidate();
    const use = await asResult(connection.query("select 1"));
    await connection.rollback();
    const rollback = valueOf(await world.finish(connection.query("select 1")));
    await connection.close();
    return {
      detach,
      another_fits: anotherFits,
      close_detached: closeDetached,
      invalidate,
      reconnects_on_use: reconnects,
      use_in_invalid_tx: use,
      after_rollback: rollback,
    };
  },

  async gc_unreturned(world) {
    const database = traced(world, { poolSize: 1 });
    const warnings = await warningsDuring(async () => {
      await abandon(database);
      await collectUntil(world, () => database.status.inUse === 0);
    });
    const status = await statusOf(world, database);
    const record = {
      warnings: warnings.map(() => "warning"),
      status,
      backends: await backendsOf(world, database),
      log: await logOf(world, database),
    };
    return { ...record, pool_usable: valueOf(await world.finish(database.engine.query("select 1"))) };
  },

  async reset_styles(world) {
    const record: Record<string, Json> = {};
    for (const [name, poolResetOnReturn] of [
      ["rollback", "rollback"],
      ["commit", "commit"],
      ["None", false],
    ] as const) {
      const database = traced(world, { poolResetOnReturn });
      await (await database.engine.connect()).close();
      const untouched = await logOf(world, database);
      const connection = await database.engine.connect();
      await connection.begin();
      await connection.query("select 1");
      await connection.close();
      record[name] = { untouched, after_execute: await logOf(world, database) };
    }
    return record;
  },
};

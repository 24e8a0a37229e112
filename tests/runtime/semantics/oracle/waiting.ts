import { total } from "../support/expectations.js";
import type { Database } from "../support/world.js";
import { refused, statusOf, traced, logOf, type Replay } from "./support.js";
import { asError, asResult, asSeconds, type Json } from "./translation.js";

async function visit({ engine }: Database, name: string | number, order: Json[], signal?: AbortSignal): Promise<void> {
  await using _ = await engine.connect(signal ? { signal } : {});
  order.push(name);
}

export const waiting: Record<string, Replay> = {
  async lost_wakeup_on_connect_failure(world) {
    const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 3_000 });
    database.driver.plans.push({ afterMillis: 500, error: refused() });
    const first = world.outcome(database.engine.connect());
    await world.sleep(100);
    const second = world.outcome(database.engine.connect());
    const [a, b] = await Promise.all([first, second]);
    await b.value?.close();
    return {
      A: [asSeconds(a.millis), asError(a.error)],
      B: [asSeconds(b.millis + 100), b.value ? "connected" : asError(b.error)],
    };
  },

  async waiter_order_and_barging(world) {
    const database = world.database({ poolSize: 1, maxOverflow: 0 });
    const held = await database.engine.connect();
    const order: Json[] = [];
    const waiters = [0, 1, 2, 3, 4].map((index) => visit(database, index, order));
    await world.sleep(10);
    await held.close();
    await world.finish(Promise.all([visit(database, "releaser", order), ...waiters]));
    return order;
  },

  async acquire_timeout(world) {
    const record: Record<string, Json> = {};
    for (const [seconds, options] of [
      ["0", { maxWaiting: 0 }],
      ["0.2", { poolTimeoutMillis: world.scaled(200) }],
    ] as const) {
      const database = world.database({ poolSize: 1, maxOverflow: 0, ...options });
      const held = await database.engine.connect();
      const { error, millis } = await world.outcome(database.engine.connect());
      record[seconds] = [asSeconds(millis), asError(error), await statusOf(world, database)];
      await held.close();
    }
    return record;
  },

  async cancel_waiter(world) {
    const database = world.database({ poolSize: 1, maxOverflow: 0 });
    const held = await database.engine.connect();
    const controller = new AbortController();
    const order: Json[] = [];
    const waiters = [0, 1, 2].map((index) =>
      asResult(visit(database, index, order, index === 0 ? controller.signal : undefined)),
    );
    await world.sleep(10);
    controller.abort();
    await held.close();
    const results = await world.finish(Promise.all(waiters));
    return { order, results, status: await statusOf(world, database) };
  },

  async cancel_during_connect(world) {
    const database = world.database({ poolSize: 1, maxOverflow: 0 });
    database.driver.plans.push({ afterMillis: 200 });
    const controller = new AbortController();
    const attempt = asResult(database.engine.connect({ signal: controller.signal }));
    await world.sleep(10);
    controller.abort();
    const exc = await world.finish(attempt);
    await world.until(() => database.status.connecting === 0);
    return { exc, status: await statusOf(world, database) };
  },

  async dispose_with_waiters(world) {
    const record: Record<string, Json> = {};
    for (const [name, isReturned] of [
      ["waiter_when_conn_never_returned", false],
      ["waiter_when_conn_returned_after_dispose", true],
    ] as const) {
      const database = world.database({ poolSize: 1, maxOverflow: 0, poolTimeoutMillis: 1_000 });
      const held = await database.engine.connect();
      const waiting = world.outcome(database.engine.connect());
      await world.sleep(5);
      const reset = database.engine.reset();
      await world.sleep(100);
      if (isReturned) await held.close();
      const { value, error, millis } = await waiting;
      await world.finish(reset);
      // A pool that has been replaced is not to be seen; a connection of it would be one more than the new pool counts.
      const isOfNewPool = value !== undefined && database.status.inUse === 1;
      const from = value === undefined ? "none" : isOfNewPool ? "new_pool" : "old_pool";
      record[name] = [value ? "connected" : asError(error), asSeconds(millis), from];
      await value?.close();
      await held.close();
    }
    return record;
  },

  async dispose_with_checked_out(world) {
    const warnings: Json[] = [];
    const warn = (): void => void warnings.push("warning");
    const database = traced(world, { poolSize: 2, logger: { debug() {}, info() {}, warn, error: warn } });
    const held = await database.engine.connect();
    const idle = await database.engine.connect();
    await idle.close();
    await world.finish(database.engine.reset());
    await world.until(async () => (await database.serverConnections()) === database.driver.openConnections);
    const backends = await database.serverConnections();
    await held.begin();
    const stillWorks = Object.values((await held.query("select 1")).rows[0] ?? {})[0] as Json;
    await held.rollback();
    await held.close();
    await world.until(async () => (await database.serverConnections()) === database.driver.openConnections);
    await world.sleep(1); // the pool hears of the close in the same turn
    const counts = { checkedin: database.status.idle, checkedout: database.status.inUse };
    return {
      after_dispose: { backends, new_pool: total(database.status) === 0, c1_still_works: stillWorks },
      after_close: { backends: await database.serverConnections(), old_pool: counts },
      after_gc: { backends: await database.serverConnections(), warnings },
      log: await logOf(world, database),
    };
  },
};

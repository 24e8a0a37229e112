import type { AsyncConnection } from "../../../../runtime/src/index.js";
import type { Database, World } from "../support/world.js";
import { backendsOf, logOf, statusOf, traced, valueOf, type Replay } from "./support.js";
import { asError, asResult, asSeconds, type Json } from "./translation.js";

/** Opens as many connections as that, gives them back, and forgets the log of it. */
async function warm(database: Database, count: number): Promise<void> {
  const held = await Promise.all(Array.from({ length: count }, () => database.engine.connect()));
  for (const connection of held) await connection.close();
  database.take();
}

async function afterRestart(world: World, poolPrePing: boolean): Promise<Json> {
  const database = traced(world, { poolSize: 3, poolPrePing });
  await warm(database, 3);
  await database.kill(0, 1, 2);
  // The pool hears of the deaths before the next checkout: what it does then is not in the log.
  await world.until(() => database.status.closing === 0);
  database.take();
  const results: Json[] = [];
  for (let round = 0; round < 4; round += 1) {
    results.push(await world.finish(database.engine.connect().then(useOnce, asError)));
  }
  return { results, log: withoutStatements(await logOf(world, database)), status: await statusOf(world, database) };
}

async function useOnce(connection: AsyncConnection): Promise<Json> {
  await using _ = connection;
  return await connection.query("select 1").then(valueOf, asError);
}

/** The golden log of this scenario has pool events only. */
const withoutStatements = (log: string): string =>
  log
    .split(", ")
    .filter((line) => !line.startsWith("SQL ") && line !== "ping")
    .join(", ");

export const failures: Record<string, Replay> = {
  async cancel_during_query(world) {
    const database = traced(world, { poolSize: 2 });
    const connection = await database.engine.connect();
    await connection.begin();
    await connection.query("select pg_backend_pid()");
    const controller = new AbortController();
    const running = world.outcome(asResult(connection.query("select pg_sleep(30)", [], { signal: controller.signal })));
    await world.sleep(20);
    controller.abort();
    const { value, millis } = await running;
    const status = await statusOf(world, database);
    const invalidated = !database.driver.connections[0]!.isOpen;
    await connection.close();
    const statusAfterClose = await statusOf(world, database);
    const backends = await backendsOf(world, database);
    const log = await logOf(world, database);
    return {
      exc: value!,
      took: asSeconds(Math.max(0, millis - 20)),
      invalidated,
      status,
      status_after_close: statusAfterClose,
      backends_delta: backends,
      log,
    };
  },

  async cancel_inside_session_block(world) {
    const database = traced(world, { poolSize: 1 });
    const controller = new AbortController();
    const body = async (): Promise<void> => {
      await using session = database.openSession();
      await session.query("create temp table if not exists t1(a int)");
      await session.query("select pg_sleep(30)", [], { signal: controller.signal });
    };
    const running = asResult(body());
    await world.until(() => database.driver.log.includes("SQL select pg_sleep(30)"));
    controller.abort();
    const exc = await world.finish(running);
    const status = await statusOf(world, database);
    const log = await logOf(world, database);
    return { exc, status, log, next_ok: valueOf(await world.finish(database.engine.query("select 1"))) };
  },

  async cancel_while_idle_in_session_block(world) {
    const database = traced(world, { poolSize: 1 });
    const controller = new AbortController();
    const aborted = new Promise((_, reject) => {
      controller.signal.addEventListener("abort", () => reject(controller.signal.reason as Error));
    });
    const body = async (): Promise<void> => {
      await using session = database.openSession();
      await session.query("select 1");
      await aborted;
    };
    const running = asResult(body());
    await world.until(() => database.driver.log.includes("SQL select 1"));
    await world.sleep(20);
    controller.abort();
    const exc = await world.finish(running);
    const atRaise = await statusOf(world, database);
    await world.sleep(20);
    return {
      exc,
      status_at_raise: atRaise,
      status_later: await statusOf(world, database),
      log: await logOf(world, database),
    };
  },

  async disconnects(world) {
    const one = world.database({ poolSize: 3, poolPrePing: true });
    await warm(one, 3);
    await one.kill(1);
    const held = await world.finish(Promise.all([1, 2, 3].map(() => one.engine.connect())));
    const numbers: number[] = [];
    for (const connection of held) numbers.push(await one.numberOf(connection));
    for (const connection of held) await connection.close();
    const killed = { reused_old_backend: numbers.map((number) => number < 3), connects: one.driver.attempts - 3 };

    const database = traced(world, { poolSize: 2 });
    await warm(database, 1);
    const session = database.openSession();
    await session.query("select 1");
    database.take();
    await database.kill(0);
    const closed = await asResult(session.close());
    const closeAfterKill = [closed, await logOf(world, database), await statusOf(world, database)];
    const closeAgain = [await asResult(session.close()), await statusOf(world, database)];

    const other = database.openSession();
    await world.finish(other.query("select 1"));
    await database.kill(database.driver.connections.length - 1);
    const execute = await asResult(other.query("select 1"));
    const again = await world.finish(asResult(other.query("select 1")));
    await other.rollback();
    const afterRollback = valueOf(await world.finish(other.query("select 1")));
    await other.close();
    return {
      "pre_ping=False": await afterRestart(world, false),
      "pre_ping=True": await afterRestart(world, true),
      one_of_three_killed_pre_ping: killed,
      close_after_kill: closeAfterKill,
      close_after_kill_again: closeAgain,
      execute_after_kill: execute,
      execute_again_without_rollback: again,
      after_rollback: afterRollback,
    };
  },
};

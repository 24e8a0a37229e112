import type { AsyncSession } from "../../../../runtime/src/index.js";
import { logOf, statusOf, traced, valueOf, type Replay } from "./support.js";
import { asLog, asResult } from "./translation.js";

const boom = new Error("boom");
const twice = "insert into semantics_unique values (1), (1)";
const insertion = "insert into dc values (1),(1)"; // as the golden file has it

export const sessions: Record<string, Replay> = {
  async session_lifecycle_trace(world) {
    const database = traced(world, {});
    const log = (): string => asLog(database.take());
    const session = database.openSession();
    const afterConstruct = log();
    await session.commit();
    const commit = log();
    await session.rollback();
    const rollback = log();
    await session.begin();
    const beginOnly = [log(), session.inTransaction(), await statusOf(world, database)];
    await session.query("select 1");
    const first = log();
    await session.query("select 2");
    const second = log();
    await session.commit();
    const afterCommit = [log(), await statusOf(world, database), session.inTransaction()];
    await session.query("select 3");
    await session.close();
    const thenClose = [log(), await statusOf(world, database)];
    await session.close();
    await session.close();
    const again = log();
    const use = await asResult(session.query("select 4"));
    log();
    await world.finish(database.engine.reset());
    return {
      after_construct: afterConstruct,
      commit_without_work: commit,
      rollback_without_work: rollback,
      begin_only: beginOnly,
      first_execute: first,
      second_execute: second,
      commit: afterCommit,
      execute_then_close: thenClose,
      close_again_x2: again,
      use_after_close: use,
      dispose: await logOf(world, database),
      engine_usable_after_dispose: valueOf(await world.finish(database.engine.query("select 5"))),
    };
  },

  async close_resets_only_false(world) {
    const { openSession } = world.database();
    const session = openSession();
    await session.query("select 1");
    await session.close();
    const uses = {
      execute: await asResult(session.query("select 1")),
      commit: await asResult(session.commit()),
      rollback: await asResult(session.rollback()),
      close: await asResult(session.close()),
      reset: await asResult(session.reset()),
    };
    await using other = openSession();
    await other.query("select 1");
    await other.reset();
    return { ...uses, reset_then_execute: valueOf(await other.query("select 7")) };
  },

  async begin_rules(world) {
    const { openSession } = world.database();
    await using session = openSession();
    await session.query("select 1");
    const beginAfter = await asResult(session.begin());
    await session.rollback();
    const afterEnd = async (end: "commit" | "rollback"): Promise<string> =>
      session.begin(async () => {
        await session.query("select 1");
        await session[end]();
        return asResult(session.query("select 1"));
      });
    return {
      begin_after_autobegin: beginAfter,
      sql_after_rollback_in_begin_block: await afterEnd("rollback"),
      sql_after_commit_in_begin_block: await afterEnd("commit"),
      commit_then_exit_begin_block: await asResult(
        session.begin(async () => {
          await session.query("select 1");
          await session.commit();
        }),
      ),
    };
  },

  async savepoints(world) {
    const database = traced(world, {});
    const INSERT = "insert into semantics_items (item) values ($1)";
    const log = async (): Promise<string> => {
      await world.until(() => database.status.closing === 0);
      return asLog(database.take().filter((line) => line !== `SQL ${INSERT}`));
    };
    const session = database.openSession();
    const insert = (item: number): Promise<unknown> => session.query(INSERT, [String(item)]);
    await session.begin();
    await asResult(session.beginNested(() => insert(1).then(() => Promise.reject(boom))));
    await session.beginNested(() => insert(2));
    const third = await session.beginNested();
    await insert(3);
    await third.rollback();
    await session.commit();
    const rows = (await database.items()).map(Number);
    const whole = await log();

    // Upstream's block is entered before anything is sent; ours sends its savepoint at once.
    await session.beginNested();
    const without = [await log(), session.inTransaction()];
    await session.close();
    await log();

    const withOpen = async (end: (session: AsyncSession) => Promise<void>): Promise<string> => {
      const other = database.openSession();
      await other.begin();
      await other.beginNested();
      await other.query("select 1");
      await end(other);
      await other.close();
      return log();
    };
    const committed = await withOpen((other) => other.commit());
    const rolledBack = await withOpen((other) => other.rollback());
    const closed = await withOpen((other) => other.close());

    await using last = database.openSession();
    await asResult(last.beginNested(() => last.query("select 1/0")));
    return {
      rows,
      log: whole,
      begin_nested_without_begin: without,
      commit_with_open_savepoint: committed,
      rollback_with_open_savepoint: rolledBack,
      close_with_open_savepoint: closed,
      usable_after_failed_savepoint: valueOf(await last.query("select 9")),
    };
  },

  async error_without_savepoint(world) {
    const { openSession } = world.database();
    await using session = openSession();
    const first = await asResult(session.query("select 1/0"));
    const second = await asResult(session.query("select 1"));
    const isActive = session.inTransaction();
    await session.rollback();
    return { first, second, is_active: isActive, after_rollback: valueOf(await session.query("select 1")) };
  },

  async sessionmaker_begin(world) {
    const database = traced(world, {});
    const { openSession } = database;
    await database.engine.query("select 1");
    database.take();
    const log = async (): Promise<string> => (await logOf(world, database)).replace(twice, insertion);
    const used: AsyncSession[] = [];
    const insertTwice = (session: AsyncSession): Promise<unknown> => {
      used.push(session);
      return session.query(twice);
    };

    await openSession.begin((session) => session.query("select 1"));
    const ok = await log();
    const raised = await asResult(openSession.begin((s) => s.query("select 1").then(() => Promise.reject(boom))));
    const raise = [await log(), raised];
    const failed = await asResult(openSession.begin(insertTwice));
    const commitFails = [await log(), failed, await statusOf(world, database), used[0]!.inTransaction()];

    const session = openSession();
    await insertTwice(session);
    const plain = await asResult(session.commit());
    const plainFails = [await log(), plain, await statusOf(world, database), session.inTransaction()];
    const execute = await asResult(session.query("select 1"));
    await session.rollback();
    database.take();
    const rollback = [await log(), await statusOf(world, database)];
    await session.close();
    return {
      ok,
      raise,
      commit_fails: commitFails,
      plain_commit_fails: plainFails,
      execute_after_failed_commit: execute,
      rollback_after_failed_commit: rollback,
      closed: await statusOf(world, database),
    };
  },

  async get_session_dependency(world) {
    const database = traced(world, {});
    async function* getSession(): AsyncGenerator<AsyncSession> {
      await using session = database.openSession();
      yield session;
    }
    const use = async (leave: "end" | "throw" | "break"): Promise<string> => {
      const work = async (): Promise<void> => {
        for await (const session of getSession()) {
          await session.query("select 1");
          if (leave === "throw") throw boom;
          if (leave === "break") break;
        }
      };
      await asResult(work());
      return logOf(world, database);
    };
    return { normal: await use("end"), athrow: await use("throw"), aclose: await use("break") };
  },
};

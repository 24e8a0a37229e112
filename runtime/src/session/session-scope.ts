import { AsyncLocalStorage } from "node:async_hooks";
import { DbSessionError } from "../errors.js";
import type { AsyncSession, AsyncSessionScope } from "../types.js";
import { Session } from "./session.js";

/** One `run()`: its session, when somebody asked for it. */
interface Run {
  session: AsyncSession | undefined;
  hasEnded: boolean;
}

/**
 * A session for each run of some work, such as the handling of a request, without handing it on by hand: what SQLAlchemy calls
 * `async_scoped_session`.
 *
 * ```ts
 * const scope = createSessionScope(asyncSessionmaker(engine));
 * app.use((context, next) => scope.run(next)); // of Hono or Koa: `next` resolves when the request is handled
 * await scope.current().query("select 1"); // anywhere in its handling
 * ```
 */
export function createSessionScope(openSession: () => AsyncSession): AsyncSessionScope {
  const runs = new AsyncLocalStorage<Run>();
  return {
    run: (work) => {
      const run: Run = { session: undefined, hasEnded: false };
      return runs.run(run, () => endWith(run, work));
    },
    current: () => {
      const run = runs.getStore();
      if (!run) throw noScope("current() was called outside run(): there is no session to give.");
      if (run.hasEnded) throw noScope("current() was called after its run() had ended, which closed the session.");
      return (run.session ??= openSession());
    },
  };
}

async function endWith<T>(run: Run, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (run.session) Session.expectRollback(run.session);
    throw error;
  } finally {
    run.hasEnded = true;
    await run.session?.close();
  }
}

function noScope(message: string): DbSessionError {
  return new DbSessionError("ERR_DB_SESSION_NO_SCOPE", message);
}

import { contextOf } from "../engine/engine.js";
import { assertTransactionOptions } from "../engine/options.js";
import { beginStatement } from "../engine/transaction-sql.js";
import type { AsyncEngine, AsyncSession, AsyncSessionmaker, AsyncSessionOptions } from "../types.js";
import { Session } from "./session.js";

/**
 * Makes a function that opens sessions of an engine. Opening costs nothing: a connection is checked out with the session's
 * first statement.
 *
 * @param options what every transaction of the sessions begins with
 * @throws {TypeError} for an option that does not exist, and for an engine that `createAsyncEngine` did not make
 * @throws {RangeError} for a value that makes no sense
 */
export function asyncSessionmaker(engine: AsyncEngine, options: AsyncSessionOptions = {}): AsyncSessionmaker {
  const context = contextOf(engine);
  assertTransactionOptions(options);
  const begin = beginStatement(options);
  const openSession = (): AsyncSession => new Session(context, begin, openSession);
  return Object.assign(openSession, {
    begin: <T>(work: (session: AsyncSession) => Promise<T>) =>
      withSession(openSession, (session) => session.begin(() => work(session))),
  });
}

/**
 * Opens a session, runs `work` with it, and closes it, however `work` ends: what `await using` does, where it cannot run.
 * Nothing is committed unless `work` commits.
 *
 * @returns what `work` resolves to
 */
export async function withSession<T>(
  openSession: () => AsyncSession,
  work: (session: AsyncSession) => Promise<T>,
): Promise<T> {
  const session = openSession();
  try {
    return await work(session);
  } catch (error) {
    Session.expectRollback(session);
    throw error;
  } finally {
    await session.close();
  }
}

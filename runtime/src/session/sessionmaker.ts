import type { AsyncEngine, AsyncSession, AsyncSessionmaker, AsyncSessionOptions } from "../types.js";
import { Session } from "./session.js";

/**
 * Makes a function that opens sessions of an engine. Opening costs nothing: a connection is checked out with the session's
 * first statement.
 *
 * @param options what every transaction of the sessions begins with
 */
export function asyncSessionmaker(engine: AsyncEngine, options: AsyncSessionOptions = {}): AsyncSessionmaker {
  const openSession = (): AsyncSession => new Session(engine, options);
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
  } finally {
    await session.close();
  }
}

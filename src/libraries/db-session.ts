import type { EngineCreation, Library, SessionFacts, TypeDescription, Value } from "./description.js";
import { acts, finishes, gives, harmful, intended, method, redundant, scopes } from "./shorthand.js";

const creation: EngineCreation = {
  engine: "AsyncEngine",
  places: [
    { kind: "options", argument: "last" },
    { kind: "url", argument: 0, reads: false },
    { kind: "urlOption", argument: 0, path: "url", reads: false },
  ],
  variants: [
    {
      where: { path: "poolClass", oneOf: ["NullPool", "StaticPool", "AssertionPool"], whenUnseen: "fits" },
      pool: "none",
    },
  ],
  pool: {
    settings: {
      size: { paths: ["poolSize"], default: 5, unit: "connections" },
      acquireTimeout: { paths: ["poolTimeoutMillis"], default: 30_000, unit: "ms" },
      idleTimeout: { paths: ["idleTimeoutMillis"], default: "unlimited", unit: "ms" },
      maxLifetime: { paths: ["poolRecycleMillis"], default: "unlimited", unit: "ms" },
      minSize: { paths: ["minIdle"], default: 0, unit: "connections" },
    },
    defaults: "keeps 5 connections, opens 10 more at the busiest, and waits 30 seconds for a free one",
  },
};

const session: SessionFacts = {
  close: { call: "close()", awaited: true },
  leak: "after as many leaks as `poolSize` and `maxOverflow` allow (default: 15) every session waits until `poolTimeoutMillis` is over",
  closeWithOpenTransaction: "rollback",
  disposal: { symbol: "asyncDispose", since: "0.1.0", package: "db-session", openTransaction: "rollback" },
  openedByFunctionType: { lazy: true },
  shortcuts: ["query"],
  guards: { inTransaction: "inTransaction" },
};

const connection: SessionFacts = { ...session, openedByFunctionType: undefined };

const close = acts({ kind: "close", manner: "release", asynchronous: true });
const begin = method(scopes("ManagedSession"), { when: { maximum: 0 }, effect: { kind: "begin" } });

const sessionMembers: Readonly<Record<string, Value>> = {
  query: acts({ kind: "query", text: 0 }),
  sql: method(),
  begin,
  beginNested: method(scopes("ManagedSession"), { effect: { kind: "begin" } }),
  commit: acts({ kind: "commit" }),
  rollback: acts({ kind: "rollback" }),
  reset: acts({ kind: "rollback" }),
  connection: method(),
  inTransaction: method(),
  invalidate: acts({ kind: "close", manner: "destroy", asynchronous: true }),
  close,
};

const commitFails = harmful("the commit that follows fails, and the work is lost", true);

/** What the scope of `begin(work)` ends: the transaction and, with a sessionmaker's or an engine's, the session. */
const managedMembers: Readonly<Record<string, Value>> = {
  commit: finishes("commit", { last: redundant, midway: intended, beforeThrow: intended }),
  rollback: finishes("rollback", { last: intended, midway: intended, beforeThrow: redundant }),
  close: finishes("release", { last: commitFails, midway: commitFails, beforeThrow: redundant }),
};

const scopedClose = finishes("release", { last: redundant, midway: redundant, beforeThrow: redundant });

const types: Readonly<Record<string, TypeDescription>> = {
  AsyncEngine: {
    role: "engine",
    noun: "AsyncEngine",
    members: {
      connect: method({
        returns: { type: "AsyncConnection", promised: true },
        effect: { kind: "open", session: "AsyncConnection" },
      }),
      begin: method(scopes("ManagedConnection")),
      query: method(),
      dispose: acts({ kind: "dispose", closesSessions: true }),
    },
  },
  AsyncSessionmaker: {
    role: "other",
    noun: "asyncSessionmaker",
    calls: [{ returns: { type: "AsyncSession" }, effect: { kind: "open", session: "AsyncSession", lazy: true } }],
    members: { begin: method(scopes("ManagedSession")) },
  },
  AsyncSession: { role: "session", noun: "AsyncSession", members: sessionMembers, session },
  /** One session for each request: `current()` opens nothing that its caller has to close. */
  AsyncSessionScope: {
    role: "other",
    noun: "session scope",
    members: { run: method(scopes()), current: gives("AsyncSession") },
  },
  /** In `withSession(openSession, work)`: closed by the scope, committed by the work. */
  ScopedSession: {
    role: "session",
    noun: "AsyncSession",
    extends: "AsyncSession",
    declaredAs: [],
    members: { close: scopedClose },
    session,
  },
  /** In `openSession.begin(work)` and `session.begin(work)`. */
  ManagedSession: {
    role: "session",
    noun: "AsyncSession",
    extends: "AsyncSession",
    declaredAs: [],
    members: managedMembers,
    session,
  },
  AsyncConnection: {
    role: "session",
    noun: "AsyncConnection",
    members: {
      query: acts({ kind: "query", text: 0 }),
      begin: method({ when: { maximum: 0 }, effect: { kind: "begin" } }),
      commit: acts({ kind: "commit" }),
      rollback: acts({ kind: "rollback" }),
      inTransaction: method(),
      // With `{ soft: true }` it is closed when it comes back, and has to come back.
      invalidate: method(
        { when: { minimum: 1 } },
        { effect: { kind: "close", manner: "destroy", asynchronous: true } },
      ),
      detach: method(),
      close,
    },
    session: connection,
  },
  ManagedConnection: {
    role: "session",
    noun: "AsyncConnection",
    extends: "AsyncConnection",
    declaredAs: [],
    members: managedMembers,
    session: connection,
  },
  /** `lease(x)`: another library's client with a scope; its members are that client's, and their names do not clash. */
  Lease: {
    role: "session",
    noun: "lease",
    members: {
      query: acts({ kind: "query", text: 0 }),
      execute: acts({ kind: "query", text: 0 }),
      connect: acts({ kind: "take" }),
      beginTransaction: acts({ kind: "begin" }),
      startTransaction: acts({ kind: "begin" }),
      commit: acts({ kind: "commit" }),
      commitTransaction: acts({ kind: "commit" }),
      rollback: acts({ kind: "rollback" }),
      rollbackTransaction: acts({ kind: "rollback" }),
      release: acts({ kind: "close", manner: "release" }),
      destroy: acts({ kind: "close", manner: "destroy" }),
      manager: method(),
    },
    session: {
      close: { call: "release()", awaited: false },
      leak: "without `await using` nothing closes the lease, and its connection never goes back to the pool",
      closeWithOpenTransaction: "kept",
      disposal: { symbol: "asyncDispose", since: "0.1.0", package: "db-session", openTransaction: "rollback" },
    },
  },
};

/** The reference runtime. */
export const dbSession: Library = {
  name: "db-session",
  packages: ["db-session"],
  modules: {
    "db-session": {
      exports: {
        createAsyncEngine: method({ returns: { type: "AsyncEngine" }, effect: { kind: "create", engine: creation } }),
        asyncSessionmaker: gives("AsyncSessionmaker"),
        withSession: method(scopes("ScopedSession")),
        createSessionScope: gives("AsyncSessionScope"),
        lease: method({ returns: { type: "Lease", promised: true }, effect: { kind: "open", session: "Lease" } }),
        AsyncSession: { kind: "class", type: "AsyncSession" },
        AsyncConnection: { kind: "class", type: "AsyncConnection" },
        AsyncEngine: { kind: "class", type: "AsyncEngine" },
      },
      types: { AsyncSessionmaker: "AsyncSessionmaker", AsyncSessionScope: "AsyncSessionScope" },
    },
  },
  types,
};

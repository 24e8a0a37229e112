import type { EngineCreation, Library, PoolSettings, TypeDescription } from "./description.js";
import { acts, method, opensPromised, scopes } from "./shorthand.js";

const poolOfOne: PoolSettings = {
  settings: {
    size: { paths: ["max"], default: 1, unit: "connections" },
    acquireTimeout: { paths: ["acquireTimeoutMillis"], default: "unlimited", unit: "ms" },
    // Nothing looks at it before `evictionRunIntervalMillis` is set.
    idleTimeout: { paths: ["evictionRunIntervalMillis"], default: "unlimited", unit: "ms" },
    minSize: { paths: ["min"], default: 0, unit: "connections" },
  },
  defaults: "keeps a single resource and waits for ever for it",
};

/** The options of a pool that generic-pool makes stand in the second argument, other libraries' included. */
export const genericPoolCreation: EngineCreation = {
  engine: "Pool",
  places: [{ kind: "options", argument: 1 }],
  pool: poolOfOne,
};

/** The pool that generic-pool makes, which other libraries hand out as their own. */
export const genericPoolTypes: Readonly<Record<string, TypeDescription>> = {
  Pool: {
    role: "engine",
    noun: "Pool",
    members: {
      // With a callback up to version 2.
      acquire: method(
        {
          when: { function: true },
          effect: { kind: "open", session: "Resource", callback: { argument: 0, error: 0, session: 1 } },
        },
        opensPromised("Resource"),
      ),
      release: acts({ kind: "close", manner: "release", argument: 0, asynchronous: true }),
      destroy: acts({ kind: "close", manner: "destroy", argument: 0, asynchronous: true }),
      use: method(scopes(undefined)),
      drain: acts({ kind: "dispose", closesSessions: false }),
      clear: method(),
      isBorrowedResource: method(),
      ready: method(),
    },
  },
  /** Whatever the factory makes. */
  Resource: {
    role: "session",
    noun: "resource",
    declaredAs: [],
    members: {},
    session: {
      close: { call: "release(resource)", awaited: true },
      leak: "after as many leaks as `max` (generic-pool's default: 1) `pool.acquire()` waits for ever",
      closeWithOpenTransaction: "kept",
      lease: "engine",
    },
  },
};

/** generic-pool. */
export const genericPool: Library = {
  name: "generic-pool",
  packages: ["generic-pool"],
  modules: {
    "generic-pool": {
      exports: {
        createPool: method({ returns: { type: "Pool" }, effect: { kind: "create", engine: genericPoolCreation } }),
        // Up to version 2, with `new` or without; from 3 on createPool() calls it with what only the library has.
        Pool: method({ when: { maximum: 1, firstIs: "object" }, returns: { type: "Pool" } }),
      },
      types: { Pool: "Pool" },
    },
  },
  types: genericPoolTypes,
};

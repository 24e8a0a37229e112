import type { LibraryDefinition } from "../../src/settings/public.js";

/** A driver that nobody has: an engine with a pool, an opener, a close, a callback scope, disposal. Plain JSON, as Oxlint needs it. */
export const acmeSql: LibraryDefinition = {
  name: "acme-sql",
  packages: ["acme-sql"],
  modules: {
    "acme-sql": {
      exports: {
        createEngine: {
          kind: "function",
          calls: [
            {
              returns: { type: "Engine" },
              effect: {
                kind: "create",
                engine: {
                  engine: "Engine",
                  places: [{ kind: "options", argument: 0 }],
                  pool: {
                    settings: {
                      size: { paths: ["pool.size"], default: 5, unit: "connections" },
                      acquireTimeout: { paths: ["pool.wait"], default: "unlimited", unit: "ms" },
                    },
                    defaults: "keeps 5 connections and waits for ever for a free one",
                  },
                },
              },
            },
          ],
        },
      },
      types: { Session: "Session" },
    },
  },
  types: {
    Engine: {
      role: "engine",
      noun: "engine",
      members: {
        open: {
          kind: "function",
          calls: [{ returns: { type: "Session", promised: true }, effect: { kind: "open", session: "Session" } }],
        },
        run: {
          kind: "function",
          calls: [
            { when: { function: true }, effect: { kind: "scope", callback: "last", parameters: ["ScopedSession"] } },
          ],
        },
      },
    },
    Session: {
      role: "session",
      noun: "session",
      members: {
        query: { kind: "function", calls: [{ effect: { kind: "query", text: 0 } }] },
        close: {
          kind: "function",
          calls: [{ effect: { kind: "close", manner: "release", asynchronous: true } }],
        },
      },
      session: {
        close: { call: "close()", awaited: true },
        leak: "after 5 leaks `engine.open()` waits for ever",
        closeWithOpenTransaction: "rollback",
        disposal: { symbol: "asyncDispose", since: "2.0.0", package: "acme-sql", openTransaction: "rollback" },
      },
    },
    ScopedSession: {
      role: "session",
      noun: "session",
      extends: "Session",
      declaredAs: [],
      members: {
        close: {
          kind: "function",
          calls: [
            {
              effect: {
                kind: "manualFinish",
                manner: "release",
                last: { verdict: "redundant" },
                midway: { verdict: "harmful", consequence: "what follows has no session", removable: true },
              },
            },
          ],
        },
      },
    },
  },
};

import type { SessionFacts, TypeDescription } from "./description.js";
import { acts, finishes, harmful, intended, method, redundant, scopes } from "./shorthand.js";

const facts: SessionFacts = {
  close: { call: "endSession()", awaited: true },
  leak: "the server keeps the session for 30 minutes, and with an open transaction its locks and its pinned connection",
  closeWithOpenTransaction: "rollback",
  endMeansSuccess: true,
  disposal: { symbol: "asyncDispose", since: "6.9.0", package: "mongodb", openTransaction: "rollback" },
  guards: { hasEnded: "closed", inTransaction: "inTransaction" },
  callbackForm: { member: "withSession", parameter: "ScopedClientSession" },
};

/** The driver's sessions, which mongoose hands out too. */
export function clientSessionTypes(
  own: SessionFacts["disposal"] = facts.disposal,
  callbackForm: SessionFacts["callbackForm"] = facts.callbackForm,
): Readonly<Record<string, TypeDescription>> {
  const session: SessionFacts = { ...facts, disposal: own, callbackForm };
  const lentAs = ["session"];
  // `Model.find().session(session)`, `document.$session(session)`
  const lentTo = ["session", "$session"];
  return {
    ClientSession: {
      role: "session",
      noun: "ClientSession",
      members: {
        startTransaction: acts({ kind: "begin" }),
        commitTransaction: acts({ kind: "commit" }),
        abortTransaction: acts({ kind: "rollback" }),
        inTransaction: method(),
        endSession: acts({ kind: "close", manner: "release", asynchronous: true }),
        withTransaction: method(scopes("ManagedClientSession")),
      },
      session,
      lentAs,
      lentTo,
    },
    /** In `withSession(cb)`: transactions are the callback's business, the end is the library's. */
    ScopedClientSession: {
      role: "session",
      noun: "ClientSession",
      extends: "ClientSession",
      declaredAs: [],
      members: { endSession: finishes("release", { last: redundant, midway: redundant, beforeThrow: redundant }) },
      session,
      lentAs,
      lentTo,
    },
    /** In `withTransaction(cb)`, mongoose's `connection.transaction(cb)`. */
    ManagedClientSession: {
      role: "session",
      noun: "ClientSession",
      extends: "ClientSession",
      declaredAs: [],
      members: {
        commitTransaction: finishes("commit", {
          last: redundant,
          midway: harmful("what follows runs outside the transaction", false),
        }),
        abortTransaction: finishes("rollback", { last: intended, midway: intended, beforeThrow: redundant }),
        endSession: finishes("release", {
          last: harmful("the transaction is rolled back, and the call resolves as if it were committed", true),
          midway: harmful("the transaction is rolled back, and the call resolves as if it were committed", true),
          beforeThrow: intended,
        }),
      },
      session,
      lentAs,
      lentTo,
    },
  };
}

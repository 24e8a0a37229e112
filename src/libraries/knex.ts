import type { CallDescription, FinishVerdict, Library, SessionFacts, TypeDescription } from "./description.js";
import { knexCreation } from "./knex-pools.js";
import { acts, finishes, gives, harmful, instance, intended, method, opensPromised, redundant } from "./shorthand.js";

const facts: SessionFacts = {
  close: { call: "rollback()", awaited: true },
  leak: "its connection never goes back: after as many leaks as the pool's `max` (knex's default: 10) every query fails after the acquire timeout",
  isTransaction: true,
  closeWithOpenTransaction: "rollback",
  lease: "session",
  guards: { isCompleted: "closed" },
  callbackForm: { member: "transaction", parameter: "ManagedTransaction" },
};

const scope: CallDescription = {
  when: { function: true },
  effect: { kind: "scope", callback: 0, parameters: ["ManagedTransaction"], onlyPromises: true },
};
const objectionScope: CallDescription = {
  when: { function: true },
  effect: { kind: "scope", callback: "last", parameters: ["ManagedTransaction"], onlyPromises: true },
};
const opening = method(scope, opensPromised("Transaction", { function: false }));

const lostWork = "the call resolves with `undefined`, and later queries of the callback fail in silence";
const swallowed: FinishVerdict = harmful("the call resolves, so that the error is swallowed", true);

const create = { kind: "create", engine: knexCreation } as const;
const lentAs = ["transacting", "trx"];
// `knex("orders").transacting(trx)`, objection's `Order.query(trx)`
const lentTo = ["transacting", "query"];

const types: Readonly<Record<string, TypeDescription>> = {
  Knex: {
    role: "engine",
    noun: "Knex",
    calls: [{}],
    members: {
      transaction: opening,
      transactionProvider: gives("TransactionProvider"),
      client: instance("Client"),
      raw: method(),
      select: method(),
      from: method(),
      table: method(),
      destroy: acts({ kind: "dispose", closesSessions: false }),
    },
  },
  Client: {
    role: "other",
    noun: "Client",
    members: {
      acquireConnection: method(opensPromised("RawConnection")),
      releaseConnection: acts({ kind: "close", manner: "release", argument: 0, asynchronous: true }),
    },
  },
  /** The driver's own connection, taken out of the pool by hand. */
  RawConnection: {
    role: "session",
    noun: "connection",
    declaredAs: [],
    members: {},
    session: {
      close: { call: "client.releaseConnection(connection)", awaited: true },
      leak: "after as many leaks as the pool's `max` (knex's default: 10) every query fails after the acquire timeout",
      closeWithOpenTransaction: "kept",
    },
  },
  /** Gives the same transaction with each call, and begins it with the first. */
  TransactionProvider: {
    role: "other",
    noun: "TransactionProvider",
    members: {},
    calls: [opensPromised("Transaction")],
  },
  Transaction: {
    role: "session",
    noun: "Transaction",
    extends: "Knex",
    calls: [{}],
    members: {
      commit: acts({ kind: "close", manner: "commit", asynchronous: true }),
      rollback: acts({ kind: "close", manner: "rollback", asynchronous: true }),
      isCompleted: method(),
      savepoint: method(scope),
      // It destroys nothing here.
      destroy: method(),
    },
    session: facts,
    lentAs,
    lentTo,
  },
  /** In `knex.transaction(async (trx) => …)`. */
  ManagedTransaction: {
    role: "session",
    noun: "Transaction",
    extends: "Transaction",
    declaredAs: [],
    calls: [{}],
    members: {
      commit: finishes("commit", {
        last: harmful("the call resolves with `undefined` instead of the callback's value", true),
        lastWithoutValue: harmful(
          "a value that the callback comes to return is lost, and a query that comes to follow fails in silence",
          true,
        ),
        midway: harmful(lostWork, false),
      }),
      rollback: finishes("rollback", {
        last: intended,
        midway: intended,
        beforeThrow: swallowed,
        withArgument: redundant,
      }),
    },
    session: facts,
    lentAs,
    lentTo,
  },
  ObjectionModel: { role: "other", noun: "Model", declaredAs: [], members: {} },
  /** objection's `transaction`: a function with members. */
  ObjectionTransaction: {
    role: "other",
    noun: "transaction",
    declaredAs: [],
    calls: [
      { ...objectionScope, when: { function: true, maximum: 2 } },
      { effect: { kind: "scope", callback: "last", parameters: [] } },
    ],
    members: { start: method(opensPromised("Transaction")) },
  },
  /** knex's module: a function with members. */
  KnexModule: {
    role: "other",
    noun: "knex",
    declaredAs: [],
    calls: [{ returns: { type: "Knex" }, effect: create }],
    members: { knex: instance("KnexModule"), default: instance("KnexModule") },
  },
};

/** knex, and objection on top of it. */
export const knex: Library = {
  name: "knex",
  packages: ["knex"],
  modules: {
    knex: {
      exports: { knex: instance("KnexModule") },
      default: instance("KnexModule"),
      commonjs: instance("KnexModule"),
      types: { Knex: "Knex", "Knex.Transaction": "Transaction", "Knex.TransactionProvider": "TransactionProvider" },
    },
    objection: {
      exports: {
        Model: {
          kind: "class",
          type: "ObjectionModel",
          statics: {
            startTransaction: method(opensPromised("Transaction")),
            transaction: method(objectionScope),
            knex: gives("Knex"),
          },
        },
        transaction: instance("ObjectionTransaction"),
      },
      types: { Transaction: "Transaction", TransactionOrKnex: "Knex" },
    },
  },
  types,
};

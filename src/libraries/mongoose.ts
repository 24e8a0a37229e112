import type { Library, Value } from "./description.js";
import { madeByFactory } from "./factory-pools.js";
import { mongoCreation } from "./mongodb-pools.js";
import { clientSessionTypes } from "./mongodb-sessions.js";
import { acts, gives, givesPromise, instance, method, namespace, opensPromised, scopes } from "./shorthand.js";

const startSession = method(opensPromised("ClientSession"));

const startsSessions: Readonly<Record<string, Value>> = {
  startSession,
  transaction: method(scopes("ManagedClientSession")),
  withSession: method(scopes("ScopedClientSession")),
};

/** From 6 on it has the driver whose options are those of every driver since. */
const unified = { package: "mongoose", version: "6.0.0" };
const flat = { package: "mongoose", version: "5.0.0" };
const connectionByFactory = madeByFactory(mongoCreation("Connection", unified, flat), { path: "uri", reads: true });

const connect = method({
  returns: { type: "Mongoose", promised: true },
  effect: { kind: "create", engine: mongoCreation("Mongoose", unified, flat) },
});

const createConnection = method(
  {
    when: { minimum: 1 },
    returns: { type: "Connection" },
    effect: { kind: "create", engine: mongoCreation("Connection", unified, flat) },
  },
  { returns: { type: "Connection" } },
);

/** The library as a whole is an engine: it holds the default connection. */
const whole: Readonly<Record<string, Value>> = {
  connect,
  createConnection,
  startSession,
  connection: instance("Connection"),
  disconnect: acts({ kind: "dispose", closesSessions: true }),
  model: gives("Model"),
  Model: { kind: "class", type: "Model", statics: { startSession } },
};

export const mongoose: Library = {
  name: "mongoose",
  packages: ["mongoose"],
  modules: {
    mongoose: {
      exports: {
        ...whole,
        Mongoose: { kind: "class", type: "Mongoose" },
        Connection: { kind: "class", type: "Connection" },
      },
      default: instance("Mongoose"),
      commonjs: instance("Mongoose"),
      types: {
        ClientSession: "ClientSession",
        "mongo.ClientSession": "ClientSession",
        "mongodb.ClientSession": "ClientSession",
      },
    },
    "@nestjs/mongoose": {
      exports: {
        MongooseModule: namespace({
          forRoot: acts({ kind: "create", engine: mongoCreation("Connection", unified, flat) }),
          forRootAsync: acts({ kind: "create", engine: connectionByFactory }),
        }),
        InjectConnection: gives("Connection"),
      },
    },
  },
  types: {
    Mongoose: {
      role: "engine",
      noun: "Mongoose",
      members: { ...whole, Mongoose: { kind: "class", type: "Mongoose" } },
    },
    Connection: {
      role: "engine",
      noun: "Connection",
      members: {
        ...startsSessions,
        asPromise: givesPromise("Connection"),
        openUri: givesPromise("Connection"),
        useDb: gives("Connection"),
        model: gives("Model"),
        close: acts({ kind: "dispose", closesSessions: true }),
        destroy: acts({ kind: "dispose", closesSessions: true }),
      },
    },
    Model: {
      role: "other",
      noun: "Model",
      members: { startSession, db: instance("Connection") },
    },
    ...clientSessionTypes(
      { symbol: "asyncDispose", since: "9.0.0", package: "mongoose", openTransaction: "rollback" },
      undefined,
    ),
  },
};

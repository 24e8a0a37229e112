import type { Library, Value } from "./description.js";
import { mongoCreation } from "./mongodb-pools.js";
import { clientSessionTypes } from "./mongodb-sessions.js";
import { acts, gives, givesPromise, instance, method, scopes } from "./shorthand.js";

const create = {
  kind: "create",
  engine: mongoCreation("MongoClient", { package: "mongodb", version: "4.0.0" }),
} as const;

const clientClass: Value = {
  kind: "class",
  type: "MongoClient",
  effect: create,
  statics: { connect: method({ returns: { type: "MongoClient", promised: true }, effect: create }) },
};

/** The MongoDB driver. */
export const mongodb: Library = {
  name: "mongodb",
  packages: ["mongodb"],
  modules: {
    mongodb: {
      exports: {
        MongoClient: clientClass,
        ClientSession: { kind: "class", type: "ClientSession" },
        Db: { kind: "class", type: "Db" },
        Collection: { kind: "class", type: "Collection" },
      },
    },
  },
  types: {
    MongoClient: {
      role: "engine",
      noun: "MongoClient",
      members: {
        connect: givesPromise("MongoClient"),
        startSession: method({
          returns: { type: "ClientSession" },
          effect: { kind: "open", session: "ClientSession" },
        }),
        withSession: method(scopes("ScopedClientSession")),
        db: gives("Db"),
        close: acts({ kind: "dispose", closesSessions: true }),
      },
    },
    Db: {
      role: "other",
      noun: "Db",
      members: { client: instance("MongoClient"), collection: gives("Collection") },
    },
    Collection: { role: "other", noun: "Collection", members: { db: instance("Db") } },
    ...clientSessionTypes(),
  },
};

import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { mongooseSession, mongoSession, pgClient, preambles, verdicts } from "./support.js";

const client = { at: "pool.connect()", of: pgClient, variable: "client" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "released in finally()": `
        export async function find() {
          const client = await pool.connect();
          return client.query("SELECT 1").finally(() => client.release());
        }
      `,
      "released in finally() that is awaited": `
        export async function find(work) {
          const client = await pool.connect();
          const result = await work(client.query("SELECT 1")).finally(() => {
            client.release();
          });
          return result;
        }
      `,
      "an async function's promise, awaited inside the try": `
        async function use(client) {
          await client.query("SELECT 1");
        }
        export async function find() {
          const client = await pool.connect();
          const work = use(client);
          try {
            return await work;
          } finally {
            client.release();
          }
        }
      `,
      "promises of async functions in an array, awaited inside the try": `
        async function use(client) {
          await client.query("SELECT 1");
        }
        export async function find() {
          const client = await pool.connect();
          const jobs = [use(client), use(client)];
          try {
            await Promise.all(jobs);
          } finally {
            client.release();
          }
        }
      `,
      "promises of a map, awaited inside the try": `
        export async function find(ids) {
          const client = await pool.connect();
          const jobs = ids.map(async (id) => {
            await client.query("SELECT $1", [id]);
          });
          try {
            await Promise.all(jobs);
          } finally {
            client.release();
          }
        }
      `,
      "an async function's promise, released when it has settled": `
        async function use(client) {
          await client.query("SELECT 1");
        }
        export async function find() {
          const client = await pool.connect();
          const work = use(client);
          return work.finally(() => client.release());
        }
      `,
      "released in then and catch": `
        export function find() {
          return pool.connect().then((client) => {
            return client
              .query("SELECT 1")
              .then((result) => {
                client.release();
                return result;
              })
              .catch((error) => {
                client.release();
                throw error;
              });
          });
        }
      `,
      "released by both arguments of then": `
        export function find() {
          return pool.connect().then((client) =>
            client.query("SELECT 1").then(
              (result) => {
                client.release();
                return result;
              },
              (error) => {
                client.release();
                throw error;
              },
            ),
          );
        }
      `,
      "released in finally() of the chain on the opening": `
        export function find() {
          return pool.connect().then((client) => client.query("SELECT 1").finally(() => client.release()));
        }
      `,
      "released after a catch that swallows": `
        export function find() {
          return pool.connect().then((client) =>
            client
              .query("SELECT 1")
              .catch((error) => console.error(error))
              .then(() => client.release()),
          );
        }
      `,
      "finally() is given the bound method": `
        export async function find() {
          const client = await pool.connect();
          return client.query("SELECT 1").finally(client.release.bind(client));
        }
      `,
      "an async function in then": `
        export function find() {
          return pool.connect().then(async (client) => {
            try {
              return await client.query("SELECT 1");
            } finally {
              client.release();
            }
          });
        }
      `,
      "a probe as a chain": `
        export function probe() {
          pool
            .connect()
            .then((client) => {
              console.log("connected");
              client.release();
            })
            .catch((error) => console.error(error));
        }
      `,
      "two opened by Promise.all, both released": `
        export async function move() {
          const [one, two] = await Promise.all([pool.connect(), pool.connect()]);
          try {
            await one.query("SELECT 1");
            await two.query("SELECT 2");
          } finally {
            one.release();
            two.release();
          }
        }
      `,
      "opened by Promise.all beside other work": `
        export async function move(load) {
          const [client, rows] = await Promise.all([pool.connect(), load()]);
          try {
            await client.query("SELECT $1", rows);
          } finally {
            client.release();
          }
        }
      `,
      "the opening is raced in a function that releases the loser": `
        import { openWithin } from "./open-within.js";
        export async function find() {
          const client = await openWithin(pool, 1000);
          client.release();
        }
      `,
      "used in parallel, then released": `
        export async function find() {
          const client = await pool.connect();
          try {
            await Promise.all([client.query("SELECT 1"), client.query("SELECT 2")]);
          } finally {
            client.release();
          }
        }
      `,
      "kept in a variable that a then fills, released in the chain's finally()": `
        export function find() {
          let client;
          return pool
            .connect()
            .then((connected) => {
              client = connected;
              return client.query("SELECT 1");
            })
            .finally(() => client && client.release());
        }
      `,
      "a chain that is put aside and awaited inside the try": `
        export async function find() {
          const client = await pool.connect();
          const rows = client.query("SELECT 1").then((result) => result.rows);
          try {
            return await rows;
          } finally {
            client.release();
          }
        }
      `,
      "a chain that releases is put aside, and its rejection releases too": `
        export async function find() {
          const client = await pool.connect();
          const rows = client.query("SELECT 1").then((result) => {
            client.release();
            return result.rows;
          });
          return rows.catch((error) => {
            client.release();
            throw error;
          });
        }
      `,
      "chains that are settled, whatever becomes of them": `
        export async function warm() {
          const client = await pool.connect();
          await Promise.allSettled([
            client.query("SELECT 1").then((result) => result.rows),
            client.query("SELECT 2").then((result) => result.rows),
          ]);
          client.release();
        }
      `,
      "chains that are pushed and awaited inside the try": `
        export async function find() {
          const client = await pool.connect();
          const tasks = [];
          tasks.push(client.query("SELECT 1").then((result) => result.rows));
          try {
            return await Promise.all(tasks);
          } finally {
            client.release();
          }
        }
      `,
      "handlers that other functions make": `
        export function find() {
          return pool.connect().then((client) => client.query("SELECT 1").then(ended(client), failed(client)));
        }
        function ended(client) {
          return (result) => {
            client.release();
            return result;
          };
        }
        function failed(client) {
          return (error) => {
            client.release();
            throw error;
          };
        }
      `,
      "what the chain gives holds functions that use and release it": `
        export function open() {
          return pool.connect().then((client) => {
            const close = () => client.release();
            return { query: (text) => client.query(text), close: () => close() };
          });
        }
      `,
      "a function that calls the one that releases": `
        export async function find() {
          const client = await pool.connect();
          const close = () => client.release();
          const finish = () => {
            console.log("done");
            close();
          };
          try {
            await client.query("SELECT 1");
          } finally {
            finish();
          }
        }
      `,
      "a handler returns a query whose failure is caught": `
        export async function find() {
          const client = await pool.connect();
          await client
            .query("SELECT 1")
            .catch(() => null)
            .then(() => client.query("SELECT 2").catch(() => null))
            .then(() => client.release());
        }
      `,
      "bluebird's disposer": `
        export const open = () => pool.connect().disposer((client) => client.release());
      `,
      "bluebird's using": `
        import Bluebird from "bluebird";
        export const find = () =>
          Bluebird.using(
            pool.connect().disposer((client) => client.release()),
            (client) => client.query("SELECT 1"),
          );
      `,
      "bluebird's filtered catches, of which the last takes everything": `
        export function find(next) {
          return pool.connect().then((client) =>
            client
              .query("SELECT 1")
              .then((result) => {
                client.release();
                return result;
              })
              .catch(TypeError, (error) => {
                client.release();
                next(error);
              })
              .catch((error) => {
                client.release();
                next(error);
              }),
          );
        }
      `,
      "a helper of the project's own, called util, is given it in the catch": `
        export function find(util, response) {
          return pool.connect().then((client) =>
            client
              .query("SELECT 1")
              .then(() => client.release())
              .catch((error) => {
                util.fail(error, response, client);
              }),
          );
        }
      `,
      "closed by one of the promises of an allSettled": `
        export async function stop(server) {
          const client = await pool.connect();
          await Promise.allSettled([server.close(), client.release()]);
        }
      `,
    },
    {
      "released in then only": {
        at: "pool.connect()",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "query",
        code: `
          export function find() {
            return pool.connect().then((client) => {
              return client.query("SELECT 1").then((result) => {
                client.release();
                return result;
              });
            });
          }
        `,
      },
      "then-only close of an awaited chain": {
        ...client,
        kind: "notClosedOnThrow",
        line: "query",
        code: `
          export async function find() {
            const client = await pool.connect();
            await client.query("SELECT 1").then(() => client.release());
          }
        `,
      },
      "then-only close that nobody waits for": {
        ...client,
        kind: "notClosedOnThrow",
        line: "query",
        code: `
          export async function find() {
            const client = await pool.connect();
            client.query("SELECT 1").then(() => client.release());
          }
        `,
      },
      "the catch logs and does not release": {
        ...client,
        kind: "notClosedOnThrow",
        line: "client\n",
        code: `
          export async function find() {
            const client = await pool.connect();
            client
              .query("SELECT 1")
              .then(() => client.release())
              .catch((error) => console.error(error));
          }
        `,
      },
      "finally() whose function names the method without calling it": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function find() {
            const client = await pool.connect();
            await client.query("SELECT 1").finally(() => client.release);
          }
        `,
      },
      "never closed in the chain": {
        at: "pool.connect()",
        of: pgClient,
        kind: "neverClosed",
        line: "end",
        code: `
          export function find() {
            return pool.connect().then((client) => client.query("SELECT 1"));
          }
        `,
      },
      "two opened by Promise.all, one released": {
        kind: "neverClosed",
        at: "pool.connect()]",
        of: pgClient,
        line: "end",
        code: `
          export async function move() {
            const [one, two] = await Promise.all([pool.connect(), pool.connect()]);
            await two.query("SELECT 1").finally(() => one.release());
          }
        `,
      },
      "a chain that is put aside releases where it fulfils only": {
        ...client,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export async function find() {
            const client = await pool.connect();
            const rows = client.query("SELECT 1").then((result) => {
              client.release();
              return result.rows;
            });
            console.log("asked");
            return await rows;
          }
        `,
      },
      "a chain that is put aside, releases where it fulfils and is returned": {
        ...client,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export async function find() {
            const client = await pool.connect();
            const rows = client.query("SELECT 1").then((result) => {
              client.release();
              return result.rows;
            });
            return rows;
          }
        `,
      },
      "a chain that nobody else could release for is put aside": {
        at: "pool.connect()",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export function start(tasks) {
            const task = pool.connect().then((client) => client.query("SELECT 1").then(() => client.release()));
            tasks.push(task);
          }
        `,
      },
      "settled, but released where it fulfils only": {
        ...client,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export async function find() {
            const client = await pool.connect();
            await Promise.allSettled([client.query("SELECT 1").then(() => client.release())]);
          }
        `,
      },
      "pushed chains that are awaited outside of a try": {
        ...client,
        kind: "notClosedOnThrow",
        line: "await Promise.all",
        code: `
          export async function find() {
            const client = await pool.connect();
            const tasks = [];
            tasks.push(client.query("SELECT 1").then((result) => result.rows));
            await Promise.all(tasks);
            client.release();
          }
        `,
      },
      "an async function's promise, awaited before the release": {
        ...client,
        kind: "notClosedOnThrow",
        line: "const work",
        code: `
          async function use(client) {
            await client.query("SELECT 1");
          }
          export async function find() {
            const client = await pool.connect();
            const work = use(client);
            await work;
            client.release();
          }
        `,
      },
      "promises of a map, awaited before the release": {
        ...client,
        kind: "notClosedOnThrow",
        line: "await Promise",
        code: `
          export async function find(ids) {
            const client = await pool.connect();
            const jobs = ids.map(async (id) => {
              await client.query("SELECT $1", [id]);
            });
            await Promise.all(jobs);
            client.release();
          }
        `,
      },
      "a handler returns a query that can fail": {
        ...client,
        kind: "notClosedOnThrow",
        line: "client\n",
        code: `
          export async function find() {
            const client = await pool.connect();
            await client
              .query("SELECT 1")
              .catch(() => null)
              .then(() => client.query("SELECT 2"))
              .then(() => client.release());
          }
        `,
      },
      "kept in a variable that a then fills, released in then only": {
        at: "pool.connect()",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "pool.connect().then((connected)",
        code: `
          export function find() {
            let client;
            return pool.connect().then((connected) => {
              client = connected;
              return client.query("SELECT 1");
            }).then(() => client.release());
          }
        `,
      },
      "bluebird's filtered catch lets the others pass": {
        at: "pool.connect()",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "client\n",
        code: `
          export function find(next) {
            return pool.connect().then((client) =>
              client
                .query("SELECT 1")
                .then(() => client.release())
                .catch(TypeError, (error) => {
                  client.release();
                  next(error);
                }),
            );
          }
        `,
      },
      "the loser of a race is lost": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export async function open(timeout) {
            const client = await Promise.race([pool.connect(), timeout(1000)]);
            return client;
          }
        `,
      },
      "Promise.any loses the others too": {
        kind: "discarded",
        at: "pool.connect()",
        of: pgClient,
        code: `
          export async function open(replica) {
            const client = await Promise.any([pool.connect(), replica()]);
            client.release();
          }
        `,
      },
    },
  ),
);

const session = { at: "client.startSession()", of: mongoSession, variable: "session" } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mongodb,
    {
      "ended in finally() of withTransaction": `
        export function pay(accounts) {
          const session = client.startSession();
          return session
            .withTransaction(() => accounts.updateOne({}, {}, { session }))
            .finally(() => session.endSession());
        }
      `,
      "an async finally()": `
        export function pay(accounts) {
          const session = client.startSession();
          return session
            .withTransaction(() => accounts.updateOne({}, {}, { session }))
            .finally(async () => {
              await session.endSession();
            });
        }
      `,
      "withSession is a scope": `
        export async function pay(accounts) {
          await client.withSession(async (session) => {
            await accounts.updateOne({}, {}, { session });
          });
        }
      `,
    },
    {
      "ended in then only": {
        ...session,
        kind: "notClosedOnThrow",
        line: "withTransaction",
        code: `
          export function pay(accounts) {
            const session = client.startSession();
            return session.withTransaction(() => accounts.updateOne({}, {}, { session })).then(() => session.endSession());
          }
        `,
      },
      "finally() only names the method": {
        ...session,
        kind: "neverClosed",
        line: "end",
        code: `
          export function pay(accounts) {
            const session = client.startSession();
            return session
              .withTransaction(() => accounts.updateOne({}, {}, { session }))
              .finally(() => session.endSession);
          }
        `,
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mongoose,
    {
      "ended in finally": `
        export async function pay(Account) {
          const session = await mongoose.startSession();
          try {
            session.startTransaction();
            await Account.create([{}], { session });
            await session.commitTransaction();
          } catch (error) {
            await session.abortTransaction();
            throw error;
          } finally {
            await session.endSession();
          }
        }
      `,
      "the document's own session() lends it": `
        export async function pay(Account) {
          const session = await mongoose.startSession();
          try {
            await Account.findOne({}).session(session);
          } finally {
            session.endSession();
          }
        }
      `,
      "a connection's transaction is a scope": `
        export async function pay(Account) {
          await mongoose.connection.transaction(async (session) => {
            await Account.create([{}], { session });
          });
        }
      `,
      "the chain on the opening ends it in finally()": `
        export function pay(Account) {
          return mongoose.startSession().then((session) => {
            return Account.create([{}], { session }).finally(() => session.endSession());
          });
        }
      `,
    },
    {
      "ended after the commit only": {
        kind: "notClosedOnThrow",
        at: "mongoose.startSession()",
        of: mongooseSession,
        variable: "session",
        line: "Account.create",
        code: `
          export async function pay(Account) {
            const session = await mongoose.startSession();
            session.startTransaction();
            await Account.create([{}], { session });
            await session.commitTransaction();
            session.endSession();
          }
        `,
      },
      "a query's session() hands nothing over": {
        kind: "neverClosed",
        at: "mongoose.startSession()",
        of: mongooseSession,
        variable: "session",
        line: "end",
        code: `
          export async function find(Account) {
            const session = await mongoose.startSession();
            return await Account.findOne({}).session(session);
          }
        `,
      },
      "the session of a model's connection": {
        kind: "neverClosed",
        at: "mongoose.connection.startSession()",
        of: mongooseSession,
        variable: "session",
        line: "end",
        code: `
          export async function find(Account) {
            const session = await mongoose.connection.startSession();
            return await Account.findOne({}, null, { session });
          }
        `,
      },
    },
  ),
);

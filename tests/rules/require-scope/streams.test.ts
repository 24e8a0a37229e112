import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { firstMysqlConnection, mongoSession, neo4jSession, pgClient, preambles, verdicts } from "./support.js";

const client = { at: "pool.connect()", of: pgClient, variable: "client", kind: "notClosedOnThrow" } as const;

/** pg with its streams. */
const pg = `import QueryStream from "pg-query-stream";\n${preambles.pg}`;

testRule(
  "require-scope",
  rule,
  verdicts(
    pg,
    {
      "released on end and on error": `
        export async function copy(response) {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.on("end", () => client.release());
          stream.on("error", (error) => {
            client.release(error);
            response.end();
          });
          stream.pipe(response);
        }
      `,
      "released on error, then on end": `
        export async function copy(response) {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.once("error", () => client.release());
          stream.once("end", () => client.release());
          stream.pipe(response);
        }
      `,
      "released on close, which always comes": `
        export async function copy(response) {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.on("error", (error) => console.error(error));
          stream.once("close", () => client.release());
          stream.pipe(response);
        }
      `,
      "released once, by a flag": `
        export async function copy(response) {
          const client = await pool.connect();
          let released = false;
          const release = () => {
            if (!released) {
              released = true;
              client.release();
            }
          };
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.on("end", release);
          stream.on("error", release);
          stream.pipe(response);
        }
      `,
      "a chain of listeners with the callback's done": `
        export function print() {
          pool.connect((error, client, done) => {
            if (error) throw error;
            client.query(new QueryStream("SELECT 1")).on("data", console.log).on("end", done).on("error", done);
          });
        }
      `,
      "the query object is what emits": `
        export function print() {
          pool.connect((error, client, done) => {
            if (error) throw error;
            const query = new QueryStream("SELECT 1");
            client.query(query);
            query.on("data", console.log);
            query.on("end", done);
            query.on("error", done);
          });
        }
      `,
      "one listener for each event of a list": `
        export async function copy(response) {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          ["end", "error"].forEach((event) => stream.on(event, () => client.release()));
          stream.pipe(response);
        }
      `,
      "finished() of node:stream": `
        import { finished } from "node:stream";
        export async function copy(response) {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          finished(stream, () => client.release());
          stream.pipe(response);
        }
      `,
      "pipeline() with a callback": `
        import { pipeline } from "node:stream";
        export async function copy(response) {
          const client = await pool.connect();
          pipeline(client.query(new QueryStream("SELECT 1")), response, (error) => {
            client.release();
            if (error) console.error(error);
          });
        }
      `,
      "pipeline() that is awaited": `
        import { pipeline } from "node:stream/promises";
        export async function copy(response) {
          const client = await pool.connect();
          try {
            await pipeline(client.query(new QueryStream("SELECT 1")), response);
          } finally {
            client.release();
          }
        }
      `,
      "once() that is awaited": `
        import { once } from "node:events";
        export async function copy(response) {
          const client = await pool.connect();
          try {
            const stream = client.query(new QueryStream("SELECT 1"));
            stream.pipe(response);
            await once(stream, "end");
          } finally {
            client.release();
          }
        }
      `,
      "a promise of the stream's end, in a try": `
        export async function copy(response) {
          const client = await pool.connect();
          try {
            const stream = client.query(new QueryStream("SELECT 1"));
            await new Promise((resolve, reject) => {
              stream.on("error", reject);
              stream.on("end", resolve);
              stream.pipe(response);
            });
          } finally {
            client.release();
          }
        }
      `,
      "released on end, and where the promise rejects": `
        export async function read() {
          const client = await pool.connect();
          try {
            return await new Promise((resolve, reject) => {
              const stream = client.query(new QueryStream("SELECT 1"));
              stream.on("data", () => {});
              stream.on("end", () => {
                client.release();
                resolve(1);
              });
              stream.on("error", (error) => {
                console.error(error);
                reject(error);
              });
            });
          } catch (error) {
            client.release(error);
            throw error;
          }
        }
      `,
      "returned with its listeners": `
        export async function open() {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.on("end", () => client.release());
          stream.on("error", () => client.release());
          return stream;
        }
      `,
      "handed out without a listener": `
        export async function open() {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          return stream;
        }
      `,
      "handed out with its client": `
        export async function open() {
          const client = await pool.connect();
          return { client, stream: client.query(new QueryStream("SELECT 1")) };
        }
      `,
      "somebody else may watch it": `
        export async function copy(response, watch) {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.on("end", () => client.release());
          watch(stream);
          stream.pipe(response);
        }
      `,
      "the listener for errors comes from elsewhere, and has been given the client": `
        export async function copy(response, handlerOf) {
          const client = await pool.connect();
          const fail = handlerOf(client);
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.on("end", () => client.release());
          stream.on("error", fail);
          stream.pipe(response);
        }
      `,
      "an error ends the process": `
        export async function copy(response) {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.on("end", () => client.release());
          stream.on("error", (error) => {
            console.error(error);
            process.exit(1);
          });
          stream.pipe(response);
        }
      `,
      "the stream of something else": `
        export async function receive(request) {
          const client = await pool.connect();
          request.on("end", () => client.release());
          request.on("data", (row) => client.query("INSERT INTO rows VALUES ($1)", [row]));
        }
      `,
      "a generator over it": `
        export async function* rows() {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          try {
            for await (const row of stream) yield row;
          } finally {
            stream.destroy();
            client.release();
          }
        }
      `,
      "a cursor that is closed first": `
        import Cursor from "pg-cursor";
        export async function first() {
          const client = await pool.connect();
          const cursor = client.query(new Cursor("SELECT 1"));
          try {
            return await cursor.read(1);
          } finally {
            await cursor.close();
            client.release();
          }
        }
      `,
      "another function registers the listeners": `
        function giveBack(client, stream) {
          stream.on("end", () => client.release());
          stream.on("error", () => client.release());
        }
        export async function copy(response) {
          const client = await pool.connect();
          const stream = client.query(new QueryStream("SELECT 1"));
          giveBack(client, stream);
          stream.pipe(response);
        }
      `,
      "a cursor, released where it is closed": `
        import Cursor from "pg-cursor";
        export function first(callback) {
          pool.connect((error, client, done) => {
            if (error) return callback(error);
            const cursor = client.query(new Cursor("SELECT 1"));
            cursor.read(1, (failure, rows) => {
              cursor.close(() => {
                done(failure);
                callback(failure, rows);
              });
            });
          });
        }
      `,
    },
    {
      "released on end only": {
        ...client,
        line: "client.query",
        code: `
          export async function copy(response) {
            const client = await pool.connect();
            const stream = client.query(new QueryStream("SELECT 1"));
            stream.on("end", () => client.release());
            stream.pipe(response);
          }
        `,
      },
      "the listener for errors only answers": {
        ...client,
        line: "client.query",
        code: `
          export async function copy(response) {
            const client = await pool.connect();
            const stream = client.query(new QueryStream("SELECT 1"));
            stream.pipe(response);
            stream.on("end", () => client.release());
            stream.on("error", (error) => {
              response.status(500).json({ message: error.message });
            });
          }
        `,
      },
      "another function registers a listener for the end only": {
        ...client,
        line: "const stream",
        code: `
          function giveBack(client, stream) {
            stream.on("end", () => client.release());
          }
          export async function copy(response) {
            const client = await pool.connect();
            const stream = client.query(new QueryStream("SELECT 1"));
            giveBack(client, stream);
            stream.pipe(response);
          }
        `,
      },
      "done on end only": {
        at: "pool.connect(",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export function print() {
            pool.connect((error, client, done) => {
              if (error) throw error;
              client.query(new QueryStream("SELECT 1")).on("data", console.log).on("end", done);
            });
          }
        `,
      },
      "the query object emits, and done is called on end only": {
        at: "pool.connect(",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export function print(callback) {
            pool.connect((error, client, done) => {
              if (error) return callback(error);
              const query = new QueryStream("SELECT 1");
              client.query(query);
              query.on("data", console.log);
              query.on("end", done);
              query.on("error", callback);
            });
          }
        `,
      },
      "returned, and released on end only": {
        ...client,
        line: "client.query",
        code: `
          export async function open() {
            const client = await pool.connect();
            const stream = client.query(new QueryStream("SELECT 1"));
            stream.on("end", () => client.release());
            return stream;
          }
        `,
      },
      "what it is piped into is finished": {
        ...client,
        line: "client.query",
        code: `
          export async function save(file) {
            const client = await pool.connect();
            client.query(new QueryStream("SELECT 1")).pipe(file).on("finish", () => client.release());
          }
        `,
      },
      "the promise rejects, and nobody releases then": {
        at: "pool.connect()",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "client.query",
        code: `
          export function read() {
            return pool.connect().then(
              (client) =>
                new Promise((resolve, reject) => {
                  const stream = client.query(new QueryStream("SELECT 1"));
                  stream.on("data", () => {});
                  stream.on("end", () => {
                    client.release();
                    resolve(1);
                  });
                  stream.on("error", reject);
                }),
            );
          }
        `,
      },
      "pipeline() that is awaited without a try": {
        ...client,
        line: "await pipeline",
        code: `
          import { pipeline } from "node:stream/promises";
          export async function copy(response) {
            const client = await pool.connect();
            await pipeline(client.query(new QueryStream("SELECT 1")), response);
            client.release();
          }
        `,
      },
      "once() that is awaited without a try": {
        ...client,
        line: "await once",
        code: `
          import { once } from "node:events";
          export async function copy(response) {
            const client = await pool.connect();
            const stream = client.query(new QueryStream("SELECT 1"));
            stream.pipe(response);
            await once(stream, "end");
            client.release();
          }
        `,
      },
      "gone over without a try": {
        ...client,
        line: "for await",
        code: `
          export async function print() {
            const client = await pool.connect();
            for await (const row of client.query(new QueryStream("SELECT 1"))) console.log(row);
            client.release();
          }
        `,
      },
      "piped, and never released": {
        ...client,
        kind: "neverClosed",
        line: "end",
        code: `
          export async function copy(response) {
            const client = await pool.connect();
            const stream = client.query(new QueryStream("SELECT 1"));
            stream.pipe(response);
          }
        `,
      },
      "a cursor whose error branch forgets the client": {
        at: "pool.connect(",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          import Cursor from "pg-cursor";
          export function first(callback) {
            pool.connect((error, client, done) => {
              if (error) return callback(error);
              const cursor = client.query(new Cursor("SELECT 1"));
              cursor.read(1, (failure, rows) => {
                if (failure) return callback(failure);
                cursor.close(() => {
                  done();
                  callback(null, rows);
                });
              });
            });
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
      "a cursor's stream whose end and error end the session": `
        export function dump(accounts, response) {
          const session = client.startSession();
          const stream = accounts.find({}, { session }).stream();
          stream.on("end", () => session.endSession());
          stream.on("error", () => session.endSession());
          stream.pipe(response);
        }
      `,
      "a cursor's stream whose close ends it": `
        export function dump(accounts, response) {
          const session = client.startSession();
          accounts
            .find({}, { session })
            .stream()
            .on("close", () => session.endSession())
            .pipe(response);
        }
      `,
      "the stream of a collection that is not asked in the session": `
        export function dump(accounts, response) {
          const session = client.startSession();
          const stream = accounts.find({}).stream();
          stream.on("end", () => session.endSession());
          stream.pipe(response);
        }
      `,
    },
    {
      "a cursor's stream whose end alone ends it": {
        ...session,
        kind: "notClosedOnThrow",
        line: "accounts.find",
        code: `
          export function dump(accounts, response) {
            const session = client.startSession();
            const cursor = accounts.find({}, { session });
            const stream = cursor.stream();
            stream.on("end", () => session.endSession());
            stream.pipe(response);
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
    'import neo4j from "neo4j-driver";\nconst driver = neo4j.driver("neo4j://db");\n',
    {
      "an observer that closes on completion and on error": `
        export function print() {
          const session = driver.session();
          session.run("MATCH (n) RETURN n").subscribe({
            onNext: (record) => console.log(record),
            onCompleted: () => session.close(),
            onError: () => session.close(),
          });
        }
      `,
      "an observer from elsewhere": `
        export function print(observerOf) {
          const session = driver.session();
          session.run("MATCH (n) RETURN n").subscribe(observerOf(session));
        }
      `,
    },
    {
      "an observer that closes on completion only": {
        at: "driver.session()",
        of: neo4jSession,
        variable: "session",
        kind: "notClosedOnThrow",
        line: "session.run",
        code: `
          export function print() {
            const session = driver.session();
            session.run("MATCH (n) RETURN n").subscribe({
              onNext: (record) => console.log(record),
              onCompleted: () => session.close(),
              onError: (error) => console.error(error),
            });
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
    preambles.mysql2Callback,
    {
      "mysql2's streams end after an error too": `
        export function copy(response) {
          pool.getConnection((error, connection) => {
            if (error) return response.destroy(error);
            const stream = connection.query("SELECT 1").stream();
            stream.on("end", () => connection.release());
            stream.pipe(response);
          });
        }
      `,
      "and so do its queries": `
        export function print(fail) {
          pool.getConnection((error, connection) => {
            if (error) return fail(error);
            connection
              .query("SELECT 1")
              .on("result", console.log)
              .on("error", fail)
              .on("end", () => connection.release());
          });
        }
      `,
    },
    {},
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    'const mysql = require("mysql");\nconst pool = mysql.createPool({ connectionLimit: 4 });\n',
    {
      "mysql's queries end after an error too": {
        filename: "case.cjs",
        code: `
          exports.print = (fail) => {
            pool.getConnection((error, connection) => {
              if (error) return fail(error);
              const query = connection.query("SELECT 1");
              query.on("error", fail);
              query.on("end", () => connection.release());
            });
          };
        `,
      },
    },
    {
      "a listener for rows is no care": {
        filename: "case.cjs",
        at: "pool.getConnection(",
        of: firstMysqlConnection,
        kind: "neverClosed",
        line: "  });",
        code: `
          exports.print = (fail) => {
            pool.getConnection((error, connection) => {
              if (error) return fail(error);
              connection.query("SELECT 1").on("result", console.log).on("error", fail);
            });
          };
        `,
      },
    },
  ),
);

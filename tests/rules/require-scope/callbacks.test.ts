import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { firstMysqlConnection, mysqlCallbackConnection, pgClient, preambles, verdicts } from "./support.js";

const opening = { at: "pool.connect(", of: pgClient } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "done() on every branch": `
        export function find(callback) {
          pool.connect((error, client, done) => {
            if (error) return callback(error);
            client.query("SELECT 1", (failure, result) => {
              done();
              if (failure) return callback(failure);
              callback(null, result.rows);
            });
          });
        }
      `,
      "done with the error": `
        export function find(callback) {
          pool.connect((error, client, done) => {
            if (error) throw error;
            client.query("SELECT 1", (failure, result) => {
              done(failure);
              callback(failure, result);
            });
          });
        }
      `,
      "release by another name of the third parameter": `
        export function find(callback) {
          pool.connect(function (error, client, release) {
            if (error) {
              callback(error);
              return;
            }
            client.query("SELECT 1", function (failure, result) {
              release();
              callback(failure, result);
            });
          });
        }
      `,
      "the client's own release": `
        export function find(callback) {
          pool.connect((error, client) => {
            if (error) return callback(error);
            client.query("SELECT 1", (failure, result) => {
              client.release();
              callback(failure, result);
            });
          });
        }
      `,
      "done is passed on": `
        export function find(callback) {
          pool.connect((error, client, done) => {
            callback(error, client, done);
          });
        }
      `,
      "the callback is a named function of the file": `
        function work(error, client, done) {
          if (error) return;
          client.query("SELECT 1", () => done());
        }
        export function find() {
          pool.connect(work);
        }
      `,
      "the callback comes from elsewhere": `
        export function find(work) {
          pool.connect(work);
        }
      `,
      "delivered to a promise's resolve": `
        export function open() {
          return new Promise((resolve, reject) => {
            pool.connect((error, client) => {
              if (error) reject(error);
              else resolve(client);
            });
          });
        }
      `,
      "delivered to resolve together with done": `
        export function open() {
          return new Promise((resolve, reject) => {
            pool.connect((error, client, done) => (error ? reject(error) : resolve({ client, done })));
          });
        }
      `,
      "an async callback with try and finally": `
        export function find() {
          pool.connect(async (error, client, done) => {
            if (error) return;
            try {
              await client.query("SELECT 1");
            } finally {
              done();
            }
          });
        }
      `,
      "a promise chain in the callback": `
        export function find() {
          pool.connect((error, client, done) => {
            if (error) return;
            client
              .query("SELECT 1")
              .then((result) => console.log(result))
              .catch((failure) => console.error(failure))
              .finally(() => done());
          });
        }
      `,
      "stream end and error handlers": `
        export function copy(QueryStream, target) {
          pool.connect((error, client, done) => {
            if (error) throw error;
            const stream = client.query(new QueryStream("SELECT 1"));
            stream.on("end", done);
            stream.on("error", done);
            stream.pipe(target);
          });
        }
      `,
      "stream handlers with a released flag": `
        export async function copy(QueryStream, target) {
          const client = await pool.connect();
          let released = false;
          const giveBack = () => {
            if (released) return;
            released = true;
            client.release();
          };
          const stream = client.query(new QueryStream("SELECT 1"));
          stream.on("end", giveBack);
          stream.on("error", giveBack);
          stream.on("close", giveBack);
          stream.pipe(target);
        }
      `,
    },
    {
      "the error branch of a query forgets done()": {
        ...opening,
        kind: "notClosedOnThrow",
        line: "failure) return",
        code: `
          export function find(callback) {
            pool.connect((error, client, done) => {
              if (error) return callback(error);
              client.query("SELECT 1", (failure, result) => {
                if (failure) return callback(failure);
                done();
                callback(null, result.rows);
              });
            });
          }
        `,
      },
      "a branch without an error forgets done()": {
        ...opening,
        kind: "notClosedOnSomePath",
        line: "return callback(null, [])",
        code: `
          export function find(callback) {
            pool.connect((error, client, done) => {
              if (error) return callback(error);
              client.query("SELECT 1", (failure, result) => {
                if (result.rows.length === 0) {
                  return callback(null, []);
                }
                done();
                callback(null, result.rows);
              });
            });
          }
        `,
      },
      "neither done() nor release()": {
        ...opening,
        kind: "neverClosed",
        line: "  });",
        code: `
          export function find(callback) {
            pool.connect((error, client, done) => {
              if (error) return callback(error);
              client.query("SELECT 1", (failure, result) => callback(failure, result));
            });
          }
        `,
      },
      "a named callback that forgets it": {
        ...opening,
        kind: "neverClosed",
        line: "} // end",
        code: `
          export function find() {
            pool.connect(work);
          }
          function work(error, client) {
            if (error) return;
            client.query("SELECT 1", () => console.log("done"));
          } // end
        `,
      },
    },
  ),
);

const connecting = { at: "pool.getConnection(", of: mysqlCallbackConnection } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mysql2Callback,
    {
      "released in the query's callback before anything else": `
        export function find(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            connection.query("SELECT 1", (failure, rows) => {
              connection.release();
              callback(failure, rows);
            });
          });
        }
      `,
      "rollback's callback releases on the error branches": `
        export function save(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            connection.beginTransaction((notBegun) => {
              if (notBegun) {
                connection.release();
                return callback(notBegun);
              }
              connection.query("INSERT INTO names VALUES (1)", (failure) => {
                if (failure) {
                  return connection.rollback(() => {
                    connection.release();
                    callback(failure);
                  });
                }
                connection.commit((notCommitted) => {
                  connection.release();
                  callback(notCommitted);
                });
              });
            });
          });
        }
      `,
      "given back through the pool": `
        export function find(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            connection.query("SELECT 1", (failure, rows) => {
              pool.releaseConnection(connection);
              callback(failure, rows);
            });
          });
        }
      `,
      "promisified pool, closed in finally": `
        const promises = pool.promise();
        export async function find() {
          const connection = await promises.getConnection();
          try {
            return await connection.query("SELECT 1");
          } finally {
            connection.release();
          }
        }
      `,
      "resolved with the connection": `
        export const open = () =>
          new Promise((resolve, reject) => {
            pool.getConnection((error, connection) => {
              if (error) return reject(error);
              resolve(connection);
            });
          });
      `,
    },
    {
      "the error branch of a query forgets release()": {
        ...connecting,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export function find(callback) {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              connection.query("SELECT 1", (failure, rows) => {
                if (failure) {
                  callback(failure);
                  return;
                }
                connection.release();
                callback(null, rows);
              });
            });
          }
        `,
      },
      "never released": {
        ...connecting,
        kind: "neverClosed",
        line: "  });",
        code: `
          export function find(callback) {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              connection.query("SELECT 1", callback);
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
    'const mysql = require("mysql");\nconst pool = mysql.createPool({ connectionLimit: 4 });\n',
    {
      "released in the query's callback": {
        filename: "case.cjs",
        code: `
          exports.find = (callback) => {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              connection.query("SELECT 1", (failure, rows) => {
                connection.release();
                callback(failure, rows);
              });
            });
          };
        `,
      },
    },
    {
      "never released": {
        filename: "case.cjs",
        at: "pool.getConnection(",
        of: firstMysqlConnection,
        kind: "neverClosed",
        line: "  });",
        code: `
          exports.find = (callback) => {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              connection.query("SELECT 1", callback);
            });
          };
        `,
      },
    },
  ),
);

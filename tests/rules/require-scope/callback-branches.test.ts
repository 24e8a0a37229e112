import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import {
  firstMysqlConnection,
  mariadbConnection,
  mysqlCallbackConnection,
  oracleConnection,
  pgClient,
  preambles,
  verdicts,
} from "./support.js";

const connecting = { at: "pool.getConnection(", of: mysqlCallbackConnection } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mysql2Callback,
    {
      "callbacks that are too deep to be followed": `
        export function find() {
          pool.getConnection((error, connection) => {
            if (error) return;
            connection.query("SELECT 0", (e0) => {
              if (e0) return connection.release();
              connection.query("SELECT 1", (e1) => {
                if (e1) return connection.release();
                connection.query("SELECT 2", (e2) => {
                  if (e2) return connection.release();
                  connection.query("SELECT 3", (e3) => {
                    if (e3) return connection.release();
                    connection.query("SELECT 4", (e4) => {
                      if (e4) return connection.release();
                      connection.query("SELECT 5", (e5) => {
                        if (e5) return connection.release();
                        connection.query("SELECT 6", (e6) => {
                          if (e6) return connection.release();
                          connection.query("SELECT 7", (e7) => {
                            if (e7) return connection.release();
                            connection.release();
                          });
                        });
                      });
                    });
                  });
                });
              });
            });
          });
        }
      `,
      "a throw in a callback that runs later skips no close that stands behind the call": `
        export function find() {
          pool.getConnection((error, connection) => {
            if (error) throw error;
            connection.query("SELECT 1", (failure, rows) => {
              if (failure) throw failure;
              console.log(rows);
            });
            connection.release();
          });
        }
      `,
      "released before the error is thrown": `
        export function find() {
          pool.getConnection((error, connection) => {
            if (error) throw error;
            connection.query("SELECT 1", (failure, rows) => {
              connection.release();
              if (failure) throw failure;
              console.log(rows);
            });
          });
        }
      `,
      "the error ends the process by hand": `
        export function find() {
          pool.getConnection((error, connection) => {
            connection.query("SELECT 1", (failure, rows) => {
              if (failure) {
                console.error(failure);
                process.exit(1);
              }
              connection.release();
              console.log(rows);
            });
          });
        }
      `,
      "thrown and caught in the callback": `
        export function find() {
          pool.getConnection((error, connection) => {
            connection.query("SELECT 1", (failure, rows) => {
              try {
                if (failure) throw failure;
                console.log(rows);
              } catch (caught) {
                console.error(caught);
              }
              connection.release();
            });
          });
        }
      `,
      "a helper that releases and calls back": `
        export function find(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            const finish = (failure, rows) => {
              connection.release();
              callback(failure, rows);
            };
            connection.query("SELECT 1", (failure) => {
              if (failure) return finish(failure);
              connection.query("SELECT 2", finish);
            });
          });
        }
      `,
      "four queries deep": `
        export function find(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            connection.query("SELECT 1", (first) => {
              if (first) {
                connection.release();
                return callback(first);
              }
              connection.query("SELECT 2", (second) => {
                if (second) {
                  connection.release();
                  return callback(second);
                }
                connection.query("SELECT 3", (third) => {
                  if (third) {
                    connection.destroy();
                    return callback(third);
                  }
                  connection.query("SELECT 4", (fourth, rows) => {
                    connection.release();
                    callback(fourth, rows);
                  });
                });
              });
            });
          });
        }
      `,
      "release bound, then called": `
        export function find(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            const release = connection.release.bind(connection);
            connection.query("SELECT 1", (failure, rows) => {
              release();
              callback(failure, rows);
            });
          });
        }
      `,
      "release bound, as the query's callback": `
        export function touch() {
          pool.getConnection((error, connection) => {
            if (error) return;
            connection.query("UPDATE names SET seen = 1", connection.release.bind(connection));
          });
        }
      `,
      "released as what its promise() gives": `
        export function find(callback) {
          pool.getConnection(async (error, connection) => {
            if (error) return callback(error);
            const promising = connection.promise();
            try {
              await promising.query("SELECT 1");
            } finally {
              promising.release();
            }
            callback();
          });
        }
      `,
      "a series of tasks whose end releases": `
        import async from "async";
        export function save(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            async.series(
              [(next) => connection.query("SELECT 1", next), (next) => connection.query("SELECT 2", next)],
              (failure) => {
                connection.release();
                callback(failure);
              },
            );
          });
        }
      `,
      "a waterfall that hands it along": `
        import async from "async";
        export function save(callback) {
          async.waterfall(
            [
              (next) => pool.getConnection(next),
              (connection, next) =>
                connection.query("SELECT 1", (failure) => {
                  connection.release();
                  next(failure);
                }),
            ],
            callback,
          );
        }
      `,
      "given to a callback, if there is one": `
        export function getConnection(response, next) {
          pool.getConnection((error, connection) => {
            if (error) return response.end();
            if (next) {
              next(connection);
            }
          });
        }
      `,
      "given to what is shown to be a function": `
        export function getConnection(callback) {
          pool.getConnection((error, connection) => {
            if (typeof callback === "function") callback(error, connection);
          });
        }
      `,
      "given to a callback behind &&": `
        export function getConnection(callback) {
          pool.getConnection((error, connection) => {
            callback && callback(error, connection);
          });
        }
      `,
      "given to a function that is called back": `
        export function withConnection(callback) {
          pool.getConnection((error, connection) => callback(error, connection));
        }
      `,
    },
    {
      "a throw before the release in the same callback": {
        ...connecting,
        kind: "notClosedOnThrow",
        line: "if (failure) throw",
        code: `
          export function find() {
            pool.getConnection((error, connection) => {
              if (error) throw error;
              connection.query("SELECT 1", (failure, rows) => {
                if (failure) throw failure;
                connection.release();
                console.log(rows);
              });
            });
          }
        `,
      },
      "a throw of its own before the release": {
        ...connecting,
        kind: "notClosedOnThrow",
        line: "throw new Error",
        code: `
          export function find() {
            pool.getConnection((error, connection) => {
              connection.query("SELECT 1", (failure, rows) => {
                if (rows.length === 0) {
                  throw new Error("no rows");
                }
                connection.release();
              });
            });
          }
        `,
      },
      "the helper that releases is passed by": {
        ...connecting,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export function find(callback) {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              const finish = (failure, rows) => {
                connection.release();
                callback(failure, rows);
              };
              connection.query("SELECT 1", (failure) => {
                if (failure) return callback(failure);
                connection.query("SELECT 2", finish);
              });
            });
          }
        `,
      },
      "the third of four queries forgets it": {
        ...connecting,
        kind: "notClosedOnThrow",
        line: "if (third)",
        code: `
          export function find(callback) {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              connection.query("SELECT 1", (first) => {
                if (first) {
                  connection.release();
                  return callback(first);
                }
                connection.query("SELECT 2", (second) => {
                  if (second) {
                    connection.release();
                    return callback(second);
                  }
                  connection.query("SELECT 3", (third) => {
                    if (third) return callback(third);
                    connection.query("SELECT 4", (fourth, rows) => {
                      connection.release();
                      callback(fourth, rows);
                    });
                  });
                });
              });
            });
          }
        `,
      },
      "release bound, and not called on the error branch": {
        ...connecting,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export function find(callback) {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              const release = connection.release.bind(connection);
              connection.query("SELECT 1", (failure, rows) => {
                if (failure) return callback(failure);
                release();
                callback(null, rows);
              });
            });
          }
        `,
      },
      "what its promise() gives is not released either": {
        ...connecting,
        kind: "notClosedOnThrow",
        line: "await promising",
        code: `
          export function find(callback) {
            pool.getConnection(async (error, connection) => {
              if (error) return callback(error);
              const promising = connection.promise();
              await promising.query("SELECT 1");
              promising.release();
              callback();
            });
          }
        `,
      },
      "given to a callback under another condition": {
        ...connecting,
        kind: "notClosedOnSomePath",
        line: "});",
        code: `
          export function getConnection(isWanted, callback) {
            pool.getConnection((error, connection) => {
              if (isWanted) callback(error, connection);
            });
          }
        `,
      },
      "released only if there is a callback": {
        ...connecting,
        kind: "notClosedOnSomePath",
        line: "});",
        code: `
          export function check(callback) {
            pool.getConnection((error, connection) => {
              if (callback) {
                connection.release();
                callback(error);
              }
            });
          }
        `,
      },
      "a promise round it that rejects on the error branch": {
        ...connecting,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export function find(sql) {
            return new Promise((resolve, reject) => {
              pool.getConnection((error, connection) => {
                if (error) return reject(error);
                connection.query(sql, (failure, rows) => {
                  if (failure) {
                    reject(failure);
                    return;
                  }
                  connection.release();
                  resolve(rows);
                });
              });
            });
          }
        `,
      },
    },
  ),
);

/** A transaction as the documentation of mysql writes it, with what stands on its error branches. */
const transaction = (notBegun: string, notInserted: string): string => `
  exports.save = (callback) => {
    pool.getConnection(function (error, connection) {
      if (error) return callback(error);
      connection.beginTransaction(function (failure) {
        if (failure) {
          ${notBegun}
          return callback(failure);
        }
        connection.query("INSERT INTO names VALUES (1)", function (failure, result) {
          if (failure !== null) {
            return connection.rollback(function () {
              ${notInserted}
              callback(failure);
            });
          }
          connection.commit(function (failure) {
            if (failure) {
              return connection.rollback(function () {
                connection.release();
                callback(failure);
              });
            }
            connection.release();
            callback(null, result);
          });
        });
      });
    });
  };
`;

const begun = { filename: "case.cjs", at: "pool.getConnection(", of: firstMysqlConnection } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    'const { createPool } = require("mysql");\nconst pool = createPool({ connectionLimit: 4 });\n',
    {
      "a transaction that releases on every branch": {
        filename: "case.cjs",
        code: transaction("connection.release();", "connection.release();"),
      },
      "a transaction with a helper that rolls back and releases": {
        filename: "case.cjs",
        code: `
          exports.save = (callback) => {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              const fail = (failure) =>
                connection.rollback(() => {
                  connection.release();
                  callback(failure);
                });
              connection.beginTransaction((failure) => {
                if (failure) return fail(failure);
                connection.query("INSERT INTO names VALUES (1)", (failure) => {
                  if (failure) return fail(failure);
                  connection.commit((failure) => {
                    if (failure) return fail(failure);
                    connection.release();
                    callback();
                  });
                });
              });
            });
          };
        `,
      },
    },
    {
      "a begin that fails": {
        ...begun,
        kind: "notClosedOnThrow",
        line: "if (failure) {",
        code: transaction("", "connection.release();"),
      },
      "a rollback that does not release": {
        ...begun,
        kind: "notClosedOnThrow",
        line: "if (failure !== null)",
        code: transaction("connection.release();", ""),
      },
    },
  ),
);

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg,
    {
      "done is the query's callback": `
        export function touch() {
          pool.connect((error, client, done) => {
            if (error) return;
            client.query("UPDATE names SET seen = 1", done);
          });
        }
      `,
      "done is stored": `
        export function open(callback) {
          pool.connect((error, connection, done) => {
            if (error) return callback(error);
            connection.autorelease = done;
            callback(null, connection);
          });
        }
      `,
      "a transaction as pg's documentation writes it": `
        export function save() {
          pool.connect((error, client, done) => {
            const shouldAbort = (failure) => {
              if (failure) {
                client.query("ROLLBACK", (second) => {
                  if (second) console.error(second);
                  done();
                });
              }
              return !!failure;
            };
            client.query("BEGIN", (failure) => {
              if (shouldAbort(failure)) return;
              client.query("INSERT INTO names VALUES (1)", (failure) => {
                if (shouldAbort(failure)) return;
                client.query("COMMIT", (failure) => {
                  if (failure) console.error(failure);
                  done();
                });
              });
            });
          });
        }
      `,
      "an error of the opening that is only logged": `
        export function save() {
          pool.connect((error, client, done) => {
            if (error) console.error(error);
            client.query("INSERT INTO names VALUES (1)", (failure) => {
              done(failure);
            });
          });
        }
      `,
    },
    {
      "a probe that forgets done()": {
        at: "pool.connect(",
        of: pgClient,
        kind: "neverClosed",
        line: "});",
        code: `
          pool.connect((error, client, done) => {
            if (error) console.error(error);
            else console.log("connected");
          });
        `,
      },
      "a transaction whose rollback forgets done()": {
        at: "pool.connect(",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "if (failure) return abort",
        code: `
          export function save() {
            pool.connect((error, client, done) => {
              if (error) return;
              const abort = (failure) => client.query("ROLLBACK", () => console.error(failure));
              client.query("BEGIN", (failure) => {
                if (failure) return abort(failure);
                client.query("COMMIT", () => done());
              });
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
    'import oracledb from "oracledb";\nconst pool = await oracledb.createPool({ poolMax: 4 });\n',
    {
      "a helper that closes with a callback": `
        export function find() {
          pool.getConnection((error, connection) => {
            if (error) return console.error(error);
            connection.execute("SELECT 1 FROM dual", (failure, result) => {
              if (failure) {
                console.error(failure);
                giveBack(connection);
                return;
              }
              console.log(result.rows);
              giveBack(connection);
            });
          });
        }
        function giveBack(connection) {
          connection.close((failure) => {
            if (failure) console.error(failure);
          });
        }
      `,
    },
    {
      "the error branch forgets the helper": {
        at: "pool.getConnection(",
        of: oracleConnection,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export function find() {
            pool.getConnection((error, connection) => {
              if (error) return console.error(error);
              connection.execute("SELECT 1 FROM dual", (failure, result) => {
                if (failure) return console.error(failure);
                console.log(result.rows);
                connection.close((notClosed) => console.error(notClosed));
              });
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
    'import mariadb from "mariadb/callback";\nconst pool = mariadb.createPool({ connectionLimit: 4 });\n',
    {
      "ended in the query's callback": `
        export function find(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            connection.query("SELECT 1", (failure, rows) => {
              connection.end();
              callback(failure, rows);
            });
          });
        }
      `,
    },
    {
      "not released on the error branch": {
        at: "pool.getConnection(",
        of: mariadbConnection,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export function find(callback) {
            pool.getConnection((error, connection) => {
              if (error) return callback(error);
              connection.query("SELECT 1", (failure, rows) => {
                if (failure) return callback(failure);
                connection.release();
                callback(null, rows);
              });
            });
          }
        `,
      },
    },
  ),
);

import rule from "../../../rules/require-scope.js";
import { testRule } from "../../support/rule-tester.js";
import { mysqlCallbackConnection, pgClient, preambles, verdicts } from "./support.js";

const deliver =
  "function open(callback) {\n  pool.getConnection((error, connection) => {\n" +
  "    if (error) return callback(error);\n    callback(null, connection);\n  });\n}\n" +
  // With one caller alone its callback would be followed where the wrapper opens.
  "export const probe = () => open((error, connection) => !error && connection.release());\n";

const opened = { at: "open((", of: mysqlCallbackConnection } as const;

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.mysql2Callback + deliver,
    {
      "its caller releases on every branch": `
        export function find(callback) {
          open((error, connection) => {
            if (error) return callback(error);
            connection.query("SELECT 1", (failure, rows) => {
              connection.release();
              callback(failure, rows);
            });
          });
        }
      `,
      "its caller passes a callback from elsewhere": `
        export const find = (work) => open(work);
      `,
      "its caller hands it on to a callback of its own": `
        export function begin(callback) {
          open((error, connection) => {
            if (error) return callback(error);
            connection.beginTransaction((failure) => {
              if (failure) {
                connection.release();
                return callback(failure);
              }
              callback(null, connection);
            });
          });
        }
      `,
      "it closes what it has called back with": `
        function lend(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            callback(null, connection);
            connection.release();
          });
        }
        export const touch = () =>
          lend((error, connection) => {
            connection.query("UPDATE names SET seen = 1", console.log);
          });
      `,
      "it calls back with rows": `
        function read(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            connection.query("SELECT 1", (failure, rows) => {
              connection.release();
              callback(failure, rows);
            });
          });
        }
        export const show = () =>
          read((error, rows) => {
            console.log(error, rows);
          });
      `,
      "it keeps what it calls back with": `
        const kept = [];
        function keep(callback) {
          pool.getConnection((error, connection) => {
            if (error) return callback(error);
            kept.push(connection);
            callback(null, connection);
          });
        }
        export const touch = () =>
          keep((error, connection) => {
            connection.query("UPDATE names SET seen = 1", console.log);
          });
      `,
    },
    {
      "its caller forgets it on the error branch": {
        ...opened,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export function find(callback) {
            open((error, connection) => {
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
      "a callback that is passed on as it is": {
        at: "take((error, first)",
        of: mysqlCallbackConnection,
        kind: "neverClosed",
        line: "  });",
        code: `
          function take(callback) {
            pool.getConnection(callback);
          }
          export function touch() {
            take((error, first) => {
              if (error) return;
              first.query("UPDATE names SET seen = 1", console.log);
            });
          }
          export function check() {
            take((error, second) => {
              if (!error) second.release();
            });
          }
        `,
      },
      "through two functions": {
        at: "begin((error, begun)",
        of: mysqlCallbackConnection,
        kind: "notClosedOnThrow",
        line: "if (failure) return callback(failure); // query",
        code: `
          function begin(callback) {
            open((error, connection) => {
              if (error) return callback(error);
              connection.beginTransaction((failure) => {
                if (failure) {
                  connection.release();
                  return callback(failure);
                }
                callback(null, connection);
              });
            });
          }
          export const check = () =>
            begin((error, connection) => {
              if (!error) connection.rollback(() => connection.release());
            });
          export function save(callback) {
            begin((error, begun) => {
              if (error) return callback(error);
              begun.query("INSERT INTO names VALUES (1)", (failure) => {
                if (failure) return callback(failure); // query
                begun.commit((failure) => {
                  begun.release();
                  callback(failure);
                });
              });
            });
          }
        `,
      },
      "a method": {
        at: "this.take(",
        of: mysqlCallbackConnection,
        kind: "neverClosed",
        line: "    });",
        code: `
          export class Names {
            take(next) {
              pool.getConnection((error, connection) => {
                if (error) return console.error(error);
                next(connection);
              });
            }
            touch() {
              this.take((connection) => {
                connection.query("UPDATE names SET seen = 1", console.log);
              });
            }
          }
        `,
      },
    },
  ),
);

const withDone =
  "function open(callback) {\n  pool.connect((error, client, done) => {\n" +
  "    if (error) return callback(error);\n    callback(null, client, done);\n  });\n}\n" +
  "export const probe = () => open((error, client, done) => !error && done());\n";

testRule(
  "require-scope",
  rule,
  verdicts(
    preambles.pg + withDone,
    {
      "done is delivered too": `
        export function find(callback) {
          open((error, client, done) => {
            if (error) return callback(error);
            client.query("SELECT 1", (failure, result) => {
              done(failure);
              callback(failure, result);
            });
          });
        }
      `,
      "the callback awaits and rolls back": `
        export function save() {
          open(async (error, client, done) => {
            if (error) return;
            try {
              await client.query("BEGIN");
              await client.query("INSERT INTO names VALUES (1)");
              await client.query("COMMIT");
            } catch {
              await client.query("ROLLBACK");
            } finally {
              done();
            }
          });
        }
      `,
    },
    {
      "done is not called on the error branch": {
        at: "open((",
        of: pgClient,
        kind: "notClosedOnThrow",
        line: "if (failure)",
        code: `
          export function find(callback) {
            open((error, client, done) => {
              if (error) return callback(error);
              client.query("SELECT 1", (failure, result) => {
                if (failure) return callback(failure);
                done();
                callback(null, result);
              });
            });
          }
        `,
      },
    },
  ),
);
